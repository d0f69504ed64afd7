/** Statuses as people write them: `200`, `4xx`, `>=500`. */

export interface StatusRange {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

const MAX_STATUS = 999;

/** @returns undefined for what is no range of statuses */
export function parseStatusRange(text: string): StatusRange | undefined {
  const [, operator = '', digits = '', letters = ''] = /^(>=|<=|>|<)?\s*(\d)(\d\d|xx)$/i.exec(text) ?? [];
  if (digits === '') return undefined;
  const isClass = letters.toLowerCase() === 'xx';
  if (isClass && operator !== '') return undefined;
  const status = Number(digits) * 100 + (isClass ? 0 : Number(letters));
  switch (operator) {
    case '>=':
      return { from: status, to: MAX_STATUS };
    case '>':
      return { from: status + 1, to: MAX_STATUS };
    case '<=':
      return { from: 1, to: status };
    case '<':
      return { from: 1, to: status - 1 };
    default:
      return { from: status, to: isClass ? status + 99 : status };
  }
}
