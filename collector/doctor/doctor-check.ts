/** One thing that was looked at, and what came out. */
export interface DoctorCheck {
  /** What was looked at, in two or three words. */
  readonly name: string;
  /** `warning`: works, with a limit that `detail` names; `failed`: something the product does will not work here. */
  readonly ok: 'ok' | 'warning' | 'failed';
  /** What was found. */
  readonly detail: string;
  /** What to do about it; empty where nothing need be done. */
  readonly hint: string;
}

export function ok(name: string, detail: string): DoctorCheck {
  return { name, ok: 'ok', detail, hint: '' };
}

export function warning(name: string, detail: string, hint: string): DoctorCheck {
  return { name, ok: 'warning', detail, hint };
}

export function failed(name: string, detail: string, hint: string): DoctorCheck {
  return { name, ok: 'failed', detail, hint };
}
