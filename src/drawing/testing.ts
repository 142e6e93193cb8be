// Reads a drawn figure back, for tests: where its lines, dots, bars and texts stand, in pixels.
import { parseHTML } from 'linkedom';

export interface Place {
  x: number;
  y: number;
}

export interface Drawn {
  /** The points of each line; a gap is a NaN. */
  lines: Place[][];
  dots: (Place & { r: number; fill: string })[];
  bars: (Place & { width: number; height: number })[];
  rules: { x1: number; x2: number; y1: number; y2: number }[];
  /** Where a text stands. Errors: where there is none. */
  text(text: string): Place;
  texts: string[];
}

const number = (element: Element, name: string): number => Number(element.getAttribute(name) ?? 0);

/** The shift of an element by its own and its ancestors' transforms. */
function shift(element: Element | null): Place {
  const sum = { x: 0, y: 0 };
  for (let at = element; at; at = at.parentElement) {
    const [, x, y] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(at.getAttribute('transform') ?? '') ?? [];
    sum.x += Number(x ?? 0);
    sum.y += Number(y ?? 0);
  }
  return sum;
}

export function drawn(html: string): Drawn {
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  const all = (selector: string): Element[] => [...document.querySelectorAll(selector)];
  const texts = all('svg text');
  return {
    lines: all('g[data-mark="line"] path').map((path) => {
      const from = shift(path);
      const pieces = (path.getAttribute('d') ?? '').split('M').filter((piece) => piece !== '');
      return pieces.flatMap((piece, i) => [
        ...(i > 0 ? [{ x: NaN, y: NaN }] : []),
        ...piece
          .replace('Z', '')
          .split('L')
          .map((point) => {
            const [x, y] = point.split(',').map(Number);
            return { x: from.x + x, y: from.y + y };
          }),
      ]);
    }),
    dots: all('g[data-mark="dot"] circle').map((dot) => {
      const { x, y } = shift(dot);
      return {
        x: x + number(dot, 'cx'),
        y: y + number(dot, 'cy'),
        r: number(dot, 'r'),
        fill: dot.getAttribute('fill') ?? '',
      };
    }),
    bars: all('g[data-mark="bar"] rect, g[data-mark="rect"] rect').map((bar) => ({
      x: shift(bar).x + number(bar, 'x'),
      y: shift(bar).y + number(bar, 'y'),
      width: number(bar, 'width'),
      height: number(bar, 'height'),
    })),
    rules: all('g[data-mark="rule"] line').map((rule) => ({
      x1: number(rule, 'x1'),
      x2: number(rule, 'x2'),
      y1: number(rule, 'y1'),
      y2: number(rule, 'y2'),
    })),
    text(wanted) {
      const found = texts.find((text) => text.textContent === wanted);
      if (!found) throw new Error(`no text "${wanted}" among ${texts.map((text) => text.textContent).join(' | ')}`);
      const { x, y } = shift(found);
      return { x: x + number(found, 'x'), y };
    },
    texts: texts.map((text) => text.textContent ?? ''),
  };
}
