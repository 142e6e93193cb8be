// Light or dark: as the system says, until somebody chooses.
import { effect, signal } from '@preact/signals';

export type Theme = 'light' | 'dark';

const KEY = 'unrolled-studio-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export const theme = signal<Theme>(stored() ?? (system.matches ? 'dark' : 'light'));

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
system.addEventListener('change', () => {
  if (stored() === null) theme.value = system.matches ? 'dark' : 'light';
});

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // Storage that is refused: the choice holds for this visit.
  }
}

function stored(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}
