/**
 * What the page does in a browser: sorts tables, draws the charts with uPlot, again when its
 * width or colours change.
 * It is text, because it runs there and not here; everything that is decided, is decided in charts.ts.
 */
export const PAGE_SCRIPT = String.raw`'use strict';
(() => {
  for (const button of document.querySelectorAll('table.sortable th button')) {
    button.addEventListener('click', () => {
      const head = button.parentElement;
      const body = head.closest('table').tBodies[0];
      const key = (row) => {
        const cell = row.cells[head.cellIndex];
        return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
      };
      const down = head.getAttribute('aria-sort') !== 'descending' && typeof key(body.rows[0]) === 'number'
        || head.getAttribute('aria-sort') === 'ascending';
      for (const other of head.parentElement.cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const compare = (one, other) => key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0;
      body.append(...[...body.rows].sort((one, other) => down ? compare(other, one) : compare(one, other)));
    });
  }

  const { intervalMs, charts } = JSON.parse(document.getElementById('figures').textContent);
  const root = document.documentElement;
  const color = (name) => getComputedStyle(root).getPropertyValue('--' + name).trim();
  const three = (value) => value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2).replace(/\.0+$/, '');
  const whole = (value) => Math.round(value).toLocaleString('en');
  const format = {
    rate: (value) => (value >= 100 || Number.isInteger(value) ? whole(value) : three(value)) + '/s',
    micros: (value) => value < 1e3 ? Math.round(value) + ' µs' : value < 1e6 ? three(value / 1e3) + ' ms' : three(value / 1e6) + ' s',
    count: whole,
  };
  // Seconds between the marks of the time axis.
  const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
  const clock = (seconds) => {
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds % 60)];
    const shown = parts[0] > 0 ? parts : parts.slice(1);
    return shown.map((part, index) => index === 0 ? part : String(part).padStart(2, '0')).join(':');
  };

  const stack = (columns) => columns.map((column, index) =>
    column.map((value, at) => value === null ? null : columns.slice(0, index + 1).reduce((sum, one) => sum + one[at], 0)));

  function draw(chart, holder, logarithmic) {
    const write = format[chart.unit];
    const columns = chart.series.map((series) => series.values);
    const times = columns[0].map((_, index) => index * intervalMs / 1000);
    const axis = { stroke: color('faint'), grid: { stroke: color('line'), width: 1 }, ticks: { stroke: color('line') } };
    const options = {
      width: holder.clientWidth,
      height: 240,
      cursor: { sync: { key: 'run' } },
      legend: { markers: { dash: (_, index) => index > 0 && chart.series[index - 1].dashed ? 'dashed' : 'solid' } },
      scales: {
        x: { time: false },
        y: logarithmic ? { distr: 3 } : { range: (_, least, most) => [0, Math.max(chart.unit === 'micros' ? 10 : 1, most * 1.05)] },
      },
      axes: [
        { ...axis, incrs: STEPS, values: (_, splits) => splits.map(clock) },
        { ...axis, size: 72, values: (_, splits) => splits.map((value) => value === null ? '' : write(value)) },
      ],
      bands: chart.stacked ? columns.slice(1).map((_, index) => ({ series: [index + 2, index + 1] })) : [],
      series: [
        { label: 'time', value: (_, at) => at === null ? '-' : clock(at) },
        ...chart.series.map((series, index) => ({
          label: series.label,
          stroke: color(series.color),
          width: chart.stacked ? 0 : 1.5,
          dash: series.dashed ? [6, 4] : undefined,
          fill: chart.stacked ? color(series.color) + 'cc' : undefined,
          value: (_, shown, at, row) => {
            const value = row === null || row === undefined ? null : columns[index][row];
            return value === null ? '-' : write(value);
          },
        })),
      ],
    };
    const positive = (column) => column.map((value) => value > 0 ? value : null);
    const shown = chart.stacked ? stack(columns) : logarithmic ? columns.map(positive) : columns;
    return new uPlot(options, [times, ...shown], holder);
  }

  const drawn = charts.map((chart) => {
    const figure = document.getElementById('chart-' + chart.id);
    const holder = figure.querySelector('.chart');
    const button = figure.querySelector('button');
    const one = { plot: undefined, holder, redraw: undefined };
    one.redraw = () => {
      if (one.plot) one.plot.destroy();
      one.plot = draw(chart, holder, button !== null && button.getAttribute('aria-pressed') === 'true');
    };
    if (button) button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      one.redraw();
    });
    one.redraw();
    return one;
  });
  const redrawAll = () => { for (const one of drawn) one.redraw(); };
  const onPaper = (paper) => () => { root.classList.toggle('paper', paper); redrawAll(); };
  addEventListener('beforeprint', onPaper(true));
  addEventListener('afterprint', onPaper(false));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
  addEventListener('resize', () => {
    for (const { plot, holder } of drawn) plot.setSize({ width: holder.clientWidth, height: 240 });
  });
})();`;
