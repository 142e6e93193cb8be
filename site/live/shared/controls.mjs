// What live figures share: sliders, buttons, sentences with numbers, and values that stand in the address.

/** A labelled slider, its number written as `format` says. @returns `show(value)`, which moves it */
export function control(parent, label, { min, max, step }, onChange, format = (value) => Number(value.toFixed(3))) {
  const row = document.createElement('label');
  const input = document.createElement('input');
  const shown = document.createElement('output');
  Object.assign(input, { type: 'range', min, max, step });
  const name = document.createElement('span');
  name.textContent = label;
  row.append(name, input, shown);
  parent.append(row);
  input.addEventListener('input', () => onChange(Number(input.value)));
  return {
    show(value) {
      input.value = value;
      shown.textContent = format(value);
    },
  };
}

/** A button, in a row with those before it. */
export function button(parent, label, onClick) {
  let row = parent.lastElementChild;
  if (!row?.matches('.live-buttons')) {
    row = document.createElement('div');
    row.className = 'live-buttons';
    parent.append(row);
  }
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = label;
  element.addEventListener('click', onClick);
  row.append(element);
}

/** A sentence with its numbers in place of `{name}`, to four digits; words stay as they are. */
export function filled(sentence, values, language) {
  return sentence.replace(/{(\w+)}/g, (_, name) => {
    const value = values[name];
    if (typeof value !== 'number') return value;
    if (Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3)) return value.toExponential(1);
    return Number(value.toPrecision(4)).toLocaleString(language, { maximumSignificantDigits: 4 });
  });
}

/**
 * Runs `work` in slices between which the page can answer, until it has counted to `steps` or another run has begun.
 * @returns a function `(steps, work, show)`; work(i) is one step, show(done) is called after each slice
 */
export function slices() {
  let latest = 0;
  return async (steps, work, show) => {
    const own = ++latest;
    for (let i = 0; i < steps;) {
      const end = performance.now() + 25;
      while (i < steps && performance.now() < end) work(i++);
      show(i);
      await new Promise((resolve) => setTimeout(resolve));
      if (own !== latest) return false;
    }
    return true;
  };
}

/** The address's values of these names, within the ranges of their sliders; defaults for what is missing or no number. */
export function numbersOf(fields, ranges = {}) {
  const given = new URLSearchParams(location.search);
  return Object.fromEntries(
    Object.entries(fields).map(([name, standard]) => {
      const text = given.get(name) ?? '';
      const value = text.trim() === '' ? NaN : Number(text);
      if (!Number.isFinite(value)) return [name, standard];
      const { min = -Infinity, max = Infinity, step = 0 } = ranges[name] ?? {};
      const within = Math.max(min, Math.min(max, value));
      return [name, step > 0 ? Number((min + Math.round((within - min) / step) * step).toFixed(6)) : within];
    }),
  );
}

let timer;

/** Puts into the address what differs from the defaults. */
export function remember(values, fields) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const address = new URL(location.href);
    for (const [name, standard] of Object.entries(fields)) {
      if (values[name] === standard) address.searchParams.delete(name);
      else address.searchParams.set(name, String(Number(values[name].toFixed(4))));
    }
    history.replaceState(null, '', address);
  }, 300);
}
