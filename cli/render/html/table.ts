/** A table: the first column names the row, the others hold figures. */
import { html, type Markup } from './markup.ts';

export interface Cell {
  readonly text: string;
  /** What the column is sorted by; the text where absent. */
  readonly value?: number;
}

export interface TableContent {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly [name: string, ...cells: readonly Cell[]])[];
  /** Whether a click on a head sorts the rows. */
  readonly sortable?: boolean;
}

export function renderTable({ caption, heads, rows, sortable }: TableContent): Markup {
  const head = heads.map(
    (text) => html`<th scope="col">${sortable ? html`<button type="button">${text}</button>` : text}</th>`,
  );
  const body = rows.map(
    ([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map(renderCell)}</tr>
`,
  );
  return html`<div class="wide"><table${sortable ? html` class="sortable"` : ''}><caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>
`;
}

function renderCell({ text, value }: Cell): Markup {
  return value === undefined ? html`<td>${text}</td>` : html`<td data-value="${value}">${text}</td>`;
}
