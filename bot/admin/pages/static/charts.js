// Draws the table inside each `figure.chart`: its first column is the x axis, the others are
// stacked into one bar. What is drawn says nothing that the table does not.
"use strict";

const COLOURS = ["--accent", "--chart-2", "--chart-3", "--chart-4"];
const HEIGHT = 220;
const DAY = 86400;

// `light-dark()` comes out of a custom property as it was written; a real one resolves it.
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function read(figure) {
  const table = figure.querySelector("table");
  const rows = [...table.tBodies[0].rows];
  if (figure.dataset.axis === "time") rows.reverse();
  return {
    names: [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim()),
    keys: rows.map((row) => row.cells[0].dataset.value),
    columns: [...table.tHead.rows[0].cells].slice(1).map((_, index) =>
      rows.map((row) => Number(row.cells[index + 1].dataset.value))),
  };
}

// Each column on top of those before it; the tallest comes first, so that it is painted first.
function stacked(columns) {
  const sums = [];
  for (const column of columns) {
    const below = sums.at(-1);
    sums.push(column.map((value, row) => value + (below ? below[row] : 0)));
  }
  return sums.reverse();
}

function draw(figure) {
  const { names, keys, columns } = read(figure);
  if (!keys.length) return;
  const isTime = figure.dataset.axis === "time";
  const at = isTime ? keys.map((key) => Date.parse(key + "T00:00:00Z") / 1000) : keys.map((_, index) => index);
  const room = isTime ? DAY : 0.7;
  const unit = figure.dataset.unit;
  const written = (value) => unit + Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 }).format(value);
  const short = (key) => (key.length > 18 ? key.slice(0, 17) + "…" : key);
  const lines = { stroke: colour("--line"), width: 1 };
  const axis = { stroke: colour("--soft"), grid: lines, ticks: lines };
  const paths = uPlot.paths.bars({ size: [0.6, 56] });
  const series = names.map((label, index) => {
    const fill = colour(COLOURS[index % COLOURS.length]);
    return { label, fill, stroke: fill, width: 0, paths, points: { show: false } };
  });
  const days = isTime ? { splits: (_, __, low, high) => splits(at, low, high), values: (_, shown) => shown.map((second) => new Date(second * 1e3).toISOString().slice(5, 10)) }
    : { splits: () => at, values: (_, shown) => shown.map((index) => short(keys[index])) };
  const target = figure.querySelector(".drawn");
  const size = () => ({ width: target.clientWidth, height: HEIGHT });
  target.replaceChildren();
  const plot = new uPlot({
    ...size(),
    cursor: { show: false },
    legend: { live: false },
    scales: {
      x: { time: false, range: () => [at[0] - room, at.at(-1) + room] },
      y: { range: (_, __, high) => [0, (high || 1) * 1.06] },
    },
    axes: [{ ...axis, ...days, grid: { show: false } }, { ...axis, size: 64, values: (_, shown) => shown.map(written) }],
    series: [{ label: figure.dataset.key }, ...series.reverse()],
  }, [at, ...stacked(columns)], target);
  new ResizeObserver(() => plot.setSize(size())).observe(figure);
}

// At most a dozen days are named, the newest among them.
function splits(at, low, high) {
  const seen = at.filter((second) => second >= low && second <= high);
  const step = Math.ceil(seen.length / 12);
  return seen.filter((_, index) => (seen.length - 1 - index) % step === 0);
}

const figures = document.querySelectorAll("figure.chart");
const drawAll = () => figures.forEach((figure) => figure.querySelector("table") && draw(figure));
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
