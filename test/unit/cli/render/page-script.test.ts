/** The page's script in a browser that is only as much of one as it touches. */
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type Chart, chartsOf } from '../../../../cli/render/html/charts.ts';
import { PAGE_SCRIPT } from '../../../../cli/render/html/page-script.ts';
import { SHORT_TIMELINE, SIMPLE_REPORT } from './hand-made-report.ts';

type Listener = () => void;

class Element {
  readonly attributes = new Map<string, string>();
  readonly listeners: Listener[] = [];
  readonly classList = { toggle: (name: string, on: boolean) => this.attributes.set('class', on ? name : '') };
  clientWidth = 700;

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }
  addEventListener(_event: string, listener: Listener): void {
    this.listeners.push(listener);
  }
  click(): void {
    for (const listener of this.listeners) listener();
  }
}

interface Plotted {
  readonly options: {
    readonly width: number;
    readonly scales: { readonly y: { readonly distr?: number } };
    readonly axes: readonly { values(plot: unknown, splits: readonly (number | null)[]): readonly string[] }[];
    readonly series: readonly {
      readonly stroke?: string;
      value(plot: unknown, shown: number | null, series: number, row: number | null): string;
    }[];
    readonly bands: readonly unknown[];
  };
  readonly data: readonly (readonly (number | null)[])[];
  destroyed: boolean;
  width: number;
}

/** Runs the script on a page with these charts, and a table of operations where its rows are given. */
function browse(charts: readonly Chart[], rows: readonly (readonly (string | number)[])[] = []) {
  const plots: Plotted[] = [];
  const events = new Map<string, Listener>();
  const buttons = new Map(charts.map(({ id }) => [id, new Element()]));
  for (const { id, logarithmic } of charts) buttons.get(id)?.setAttribute('aria-pressed', String(logarithmic ?? false));
  const root = new Element();
  const table = sortable(rows);
  runInNewContext(PAGE_SCRIPT, {
    addEventListener: (event: string, listener: Listener) => events.set(event, listener),
    getComputedStyle: () => ({ getPropertyValue: (name: string) => ` ${root.getAttribute('class') ?? ''}${name} ` }),
    matchMedia: () => new Element(),
    document: {
      documentElement: root,
      querySelectorAll: () => table.buttons,
      getElementById: (id: string) => {
        if (id === 'figures') return { textContent: JSON.stringify({ intervalMs: 1000, charts }) };
        const holder = new Element();
        return { querySelector: (what: string) => (what === 'button' ? buttons.get(id.slice(6)) : holder) };
      },
    },
    uPlot: class {
      readonly plotted: Plotted;
      constructor(options: Plotted['options'], data: Plotted['data']) {
        this.plotted = { options, data, destroyed: false, width: options.width };
        plots.push(this.plotted);
      }
      destroy(): void {
        this.plotted.destroyed = true;
      }
      setSize({ width }: { width: number }): void {
        this.plotted.width = width;
      }
    },
  });
  const shown = () => plots.filter(({ destroyed }) => !destroyed);
  return { shown, buttons, table, fire: (event: string) => events.get(event)?.() };
}

function sortable(rows: readonly (readonly (string | number)[])[]) {
  const lines = rows.map((cells) => ({
    cells: cells.map((cell) => ({
      textContent: String(cell),
      dataset: typeof cell === 'number' ? { value: String(cell) } : {},
    })),
  }));
  const body = {
    rows: lines,
    append: (...sorted: typeof lines) => {
      body.rows = sorted;
    },
  };
  const row: { cells: Element[] } = { cells: [] };
  row.cells = (rows[0] ?? []).map((_, cellIndex) =>
    Object.assign(new Element(), { cellIndex, parentElement: row, closest: () => ({ tBodies: [body] }) }),
  );
  const buttons = row.cells.map((parentElement) => Object.assign(new Element(), { parentElement }));
  const column = (index: number) => body.rows.map(({ cells }) => cells[index]?.textContent);
  return { buttons, heads: row.cells, column };
}

const CHARTS = chartsOf({ ...SIMPLE_REPORT, timeline: SHORT_TIMELINE });

test('every chart is drawn once, over the seconds of the run', () => {
  const { shown } = browse(CHARTS);
  expect(shown()).toHaveLength(CHARTS.length);
  for (const { data } of shown()) expect([...(data[0] ?? [])]).toEqual([0, 1, 2]);
  const [rate] = shown();
  expect(rate?.options.axes[0]?.values(undefined, [0, 61, 3600])).toEqual(['0:00', '1:01', '1:00:00']);
  expect(rate?.options.axes[1]?.values(undefined, [0, 12.5, 1500])).toEqual(['0/s', '12.5/s', '1,500/s']);
});

test('latencies are told with their unit, and gaps as such', () => {
  const latency = browse(CHARTS).shown()[1];
  const told = [0, 1, 2].map((row) => latency?.options.series[2]?.value(undefined, null, 2, row));
  expect(told).toEqual(['900 µs', '-', '1.50 s']);
  expect(latency?.options.series[2]?.value(undefined, null, 2, null)).toBe('-');
  expect(latency?.options.axes[1]?.values(undefined, [1000, null, 25_000])).toEqual(['1 ms', '', '25 ms']);
});

test('outcomes stand on each other, and are told each for itself', () => {
  const outcomes = browse(CHARTS).shown()[2];
  expect(outcomes?.data.slice(1).map((column) => [...column])).toEqual([
    [90, 0, 100],
    [98, 0, 150],
    [100, 0, 180],
    [100, 20, 180],
  ]);
  expect(outcomes?.options.bands).toHaveLength(3);
  expect(outcomes?.options.series[2]?.value(undefined, 98, 2, 0)).toBe('8/s');
});

test('where the end of a run is left out, outcomes end as well', () => {
  const charts = chartsOf({ ...SIMPLE_REPORT, timeline: SHORT_TIMELINE, durationMs: 2020 });
  const outcomes = browse(charts).shown()[2];
  expect(outcomes?.data.slice(1).map((column) => column[2])).toEqual([null, null, null, null]);
  expect(outcomes?.options.series[1]?.value(undefined, null, 1, 2)).toBe('-');
});

test('a scale is logarithmic or not, as its button says', () => {
  const { shown, buttons } = browse(CHARTS);
  const scales = () => shown().map(({ options }) => options.scales.y.distr);
  expect(scales()).toEqual([undefined, 3, undefined, undefined, undefined]);
  buttons.get('latency')?.click();
  expect(shown()).toHaveLength(CHARTS.length);
  expect(scales()).toEqual([undefined, undefined, undefined, undefined, undefined]);
  buttons.get('lag')?.click();
  expect(shown().at(-1)?.options.scales.y.distr).toBe(3);
});

test('on a logarithmic scale there is no place for 0', () => {
  const { shown, buttons } = browse([
    {
      id: 'lag',
      title: 'Lag',
      unit: 'micros',
      logarithmic: false,
      series: [{ label: 'p99', color: 'slow', values: [0, 5] }],
    },
  ]);
  expect(shown()[0]?.data[1]).toEqual([0, 5]);
  buttons.get('lag')?.click();
  expect([...(shown()[0]?.data[1] ?? [])]).toEqual([null, 5]);
});

test('on paper the colours are those of paper, and afterwards those of before', () => {
  const { shown, fire } = browse(CHARTS);
  const color = () => shown()[0]?.options.series[1]?.stroke;
  expect(color()).toBe('--sent');
  fire('beforeprint');
  expect(color()).toBe('paper--sent');
  fire('afterprint');
  expect(color()).toBe('--sent');
  expect(shown()).toHaveLength(CHARTS.length);
});

test('a click on a head sorts by its column: figures from the largest, names from A, and back', () => {
  const { table } = browse(
    [],
    [
      ['GET /b', 9],
      ['GET /a', 100],
      ['GET /c', -1],
    ],
  );
  const [names, figures] = table.buttons;
  figures?.click();
  expect(table.column(1)).toEqual(['100', '9', '-1']);
  expect(table.heads.map((head) => head.getAttribute('aria-sort'))).toEqual([null, 'descending']);
  figures?.click();
  expect(table.column(1)).toEqual(['-1', '9', '100']);
  names?.click();
  expect(table.column(0)).toEqual(['GET /a', 'GET /b', 'GET /c']);
  expect(table.heads.map((head) => head.getAttribute('aria-sort'))).toEqual(['ascending', null]);
  names?.click();
  expect(table.column(0)).toEqual(['GET /c', 'GET /b', 'GET /a']);
});
