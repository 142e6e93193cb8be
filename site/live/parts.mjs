// What live figures share: a slider with its number, and values that stand in the address.

/** A labelled slider. @returns `show(value)`, which moves it */
export function control(parent, label, { min, max, step }, onChange) {
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
      shown.textContent = Number(value.toFixed(3));
    },
  };
}

/** The address's values of these names; defaults for what is missing or no number. */
export function numbersOf(fields) {
  const given = new URLSearchParams(location.search);
  return Object.fromEntries(
    Object.entries(fields).map(([name, standard]) => {
      const text = given.get(name) ?? '';
      const value = text.trim() === '' ? NaN : Number(text);
      return [name, Number.isFinite(value) ? value : standard];
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
