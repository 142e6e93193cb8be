// A line chart as SVG, drawn for the width that there is: its text is never shrunk. Colours are those of the page's theme.
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 18, 10, 40];

/** Round numbers between two, about `count` of them. */
function ticks([from, to], count) {
  const raw = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

const round = (value) => Math.round(value * 10) / 10;
const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/**
 * Draws into an element, and again when its width changes.
 * @returns draw({ x, y, xLabel, yLabel, label, series }): x and y are [least, most]; label is the text for those who do not see it;
 * a series has points [x, y], a colour (0 to 5, or `muted`), and `line`, `dots`, `dashed` or `bars`; xTick and yTick write the ticks
 */
export function chartIn(element, height = 250) {
  let last = null;
  const draw = (given = last) => {
    last = given;
    if (given) element.innerHTML = svg(given, Math.max(260, element.clientWidth), height);
  };
  new ResizeObserver(() => draw()).observe(element);
  return draw;
}

function svg({ x, y, xLabel, yLabel, label, series, xTick = String, yTick = String }, width, height) {
  const across = (v) => round(LEFT + ((v - x[0]) / (x[1] - x[0])) * (width - LEFT - RIGHT));
  const up = (v) =>
    round(height - BOTTOM - ((Math.max(y[0], Math.min(y[1], v)) - y[0]) / (y[1] - y[0])) * (height - TOP - BOTTOM));
  const grid = ticks(y, 5).map(
    (v) =>
      `<path class="grid" d="M${LEFT} ${up(v)}H${width - RIGHT}"/><text x="${LEFT - 6}" y="${up(v) + 4}" text-anchor="end">${escape(yTick(v))}</text>`,
  );
  const below = ticks(x, x[1] - x[0] <= 12 ? 12 : width < 420 ? 4 : 8).map(
    (v) => `<text x="${across(v)}" y="${height - BOTTOM + 16}" text-anchor="middle">${escape(xTick(v))}</text>`,
  );
  const names =
    `<text x="${(LEFT + width - RIGHT) / 2}" y="${height - 5}" text-anchor="middle">${escape(xLabel)}</text>` +
    `<text transform="translate(11 ${(TOP + height - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escape(yLabel)}</text>`;
  const drawn = series.map((one) => mark(one, across, up, y));
  return `<svg role="img" aria-label="${escape(label)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${grid.join('')}${below.join('')}${names}${drawn.join('')}</svg>`;
}

function mark({ points, colour, as = 'line' }, across, up, y) {
  const shown = points.filter(([, v]) => Number.isFinite(v));
  const paint = colour === 'muted' ? 'var(--muted)' : `var(--c${colour})`;
  if (as === 'dots') {
    return shown.map(([a, b]) => `<circle r="2.2" cx="${across(a)}" cy="${up(b)}" style="fill:${paint}"/>`).join('');
  }
  if (as === 'bars') {
    const wide = Math.max(2, (across(1) - across(0)) * 0.6);
    return shown
      .filter(([, b]) => b > y[0])
      .map(
        ([a, b]) =>
          `<rect x="${round(across(a) - wide / 2)}" width="${round(wide)}" y="${up(b)}" height="${round(up(y[0]) - up(b))}" style="fill:${paint}"/>`,
      )
      .join('');
  }
  const d = shown.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${across(a)} ${up(b)}`).join('');
  return `<path d="${d}" style="fill:none;stroke:${paint};stroke-width:2${as === 'dashed' ? ';stroke-dasharray:5 4' : ''}"/>`;
}

/** Names beside their colours, for the lines of a chart. */
export function legend(element, entries) {
  element.innerHTML = entries
    .map(
      ({ colour, name }) =>
        `<span><i style="background:${colour === 'muted' ? 'var(--muted)' : `var(--c${colour})`}"></i>${escape(name)}</span>`,
    )
    .join('');
}
