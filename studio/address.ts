// The address of the page: settings that differ from their defaults, what is looked at, the text by name or, where it is short, inside,
// and a cell as data. Everything that is read from it is checked; nothing in it is run or taken for HTML.
import { effect } from '@preact/signals';
import type { CellData } from 'unrolled';
import { begunWith, changesOf, readChanges, writeChanges } from './changes.js';
import type { SettingChange, TextSource } from './messages.js';
import { MOST_UNPACKED, pack, unpack } from './packing.js';
import { cellData, compiled, draft, equations, notice, run, settings, text, view } from './state.js';
import {
  expectedOf,
  type Field,
  readField,
  RUN_FIELDS,
  type RunSettings,
  VIEW_FIELDS,
  type ViewSettings,
  writeField,
} from './settings.js';
import { isToy, KNOWN_TEXTS } from './texts.js';
import { say } from './words.js';

/** Characters of a text or a cell that an address carries, packed; browsers and messengers take that much. */
const MOST_PACKED = 6000;

/**
 * Settings and text from an address. What is no good is left out, with a notice.
 * @returns the step after which the training waits, 0 for none; what was changed on the way there
 */
export function readAddress(hash: string): { until: number; changes: SettingChange[] } {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const own = navigator.language.startsWith('zh') ? { language: 'zh' as const } : {};
  view.value = { ...view.value, ...own, ...fieldsOf<ViewSettings>(VIEW_FIELDS, given) };
  settings.value = { ...settings.value, ...fieldsOf<RunSettings>(RUN_FIELDS, given) };
  text.value = textOf(given) ?? text.value;
  cellData.value = cellOf(given.get('equations'));
  draft.value = cellOf(given.get('draft'));
  const said = given.get('changes');
  const changes = said === null ? [] : readChanges(said);
  if (changes === null) notice(say('notRead', { what: say('changed') }));
  return { until: fieldsOf<{ until: number }>({ until: UNTIL }, given).until ?? 0, changes: changes ?? [] };
}

const UNTIL: Field = { kind: 'number', default: 0, min: 0, max: 1e9, whole: true };

/** Milliseconds between two changes of the address: browsers refuse too many. */
const EVERY = 300;

/** Keeps the address as the page is. */
export function followAddress(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown = '';
  effect(() => {
    // On the way that a link leads, it stays as it is.
    if ((run.value.progress?.step ?? 0) < run.value.leadsTo) return;
    const hash = writeAddress(false);
    if (hash === shown) return;
    shown = hash;
    clearTimeout(timer);
    timer = setTimeout(() => {
      history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
    }, EVERY);
  });
}

/** Puts a link to the page as it is on the clipboard. @returns what to say */
export async function copyLink(): Promise<string> {
  const link = `${location.origin}${location.pathname}#${writeAddress(true)}`;
  const { value: source } = text;
  const left = source.kind === 'given' && packedText(source) === null;
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    return link;
  }
  const isOpened = (run.value.facts?.opened ?? null) !== null;
  const said = left
    ? 'sharedNoText'
    : isOpened
      ? 'sharedNoModel'
      : editedCell() === LEFT_OUT
        ? 'sharedNoDraft'
        : 'shared';
  return say(said);
}

/** @param whole with a text of one's own inside, which is too long to rewrite at every change */
export function writeAddress(whole: boolean): string {
  const parts = new URLSearchParams();
  const { playing, progress, facts, machine } = run.value;
  const changes = changesOf(machine);
  // As it was at the first step; what was changed on the way is said beside.
  put(parts, RUN_FIELDS, { ...begunWith(settings.value, changes) });
  if (changes.length > 1) parts.set('changes', writeChanges(changes));
  put(parts, VIEW_FIELDS, { ...view.value });
  const source = text.value;
  if (source.kind === 'known') {
    if (source.name !== 'book') parts.set('text', source.name);
  } else {
    const packed = whole ? packedText(source) : null;
    if (packed !== null) parts.set('inside', packed);
    // Whoever opens it is told what is missing.
    else parts.set('file', source.name.slice(0, 80));
  }
  // Where it waits, whoever opens the link is to see the same.
  if (!playing && progress !== null && facts?.opened === null) parts.set('until', String(progress.step));
  if (cellData.value !== null) parts.set('equations', pack(JSON.stringify(cellData.value)));
  const edited = editedCell();
  if (edited !== null && edited !== LEFT_OUT) parts.set('draft', edited);
  return parts.toString();
}

/** Of a cell that is too long for an address. */
const LEFT_OUT = '';

/** The cell that is being edited, packed; null where it is that of the network or is none. */
function editedCell(): string | null {
  const edited = compiled.value;
  if (!view.value.editor || edited?.kind !== 'cell' || edited.text === equations.value) return null;
  const data = JSON.stringify(edited.data);
  if (data === JSON.stringify(cellData.value)) return null;
  const packed = pack(data);
  return packed.length > MOST_PACKED ? LEFT_OUT : packed;
}

function put(parts: URLSearchParams, fields: object, values: Record<string, string | number | boolean>): void {
  for (const [name, field] of Object.entries(fields as Record<string, Field>)) {
    if (values[name] !== field.default) parts.set(name, writeField(values[name]));
  }
}

function fieldsOf<T>(fields: object, given: URLSearchParams): Partial<T> {
  const found: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields as Record<string, Field>)) {
    const said = given.get(name);
    if (said === null) continue;
    const value = readField(field, said);
    if (value !== null) found[name] = value;
    else {
      const blanks = { name, value: said.slice(0, 40), expected: expectedOf(field), standard: String(field.default) };
      notice(say('addressIgnored', blanks));
    }
  }
  return found as Partial<T>;
}

function textOf(given: URLSearchParams): TextSource | null {
  const inside = given.get('inside');
  if (inside !== null) {
    const content = unpack(inside);
    if (content !== null) return { kind: 'given', name: 'link', content };
    notice(say('notRead', { what: say('text') }));
  }
  const file = given.get('file');
  if (inside === null && file !== null) notice(say('textMissing', { name: file.slice(0, 80) }));
  const name = given.get('text');
  if (name === null) return null;
  if (KNOWN_TEXTS.some((one) => one.name === name) || isToy(name)) return { kind: 'known', name };
  notice(say('notRead', { what: say('text') }));
  return null;
}

/** Only its shape is looked at here; the worker checks the equations before they are a cell. */
function cellOf(packed: string | null): CellData | null {
  if (packed === null) return null;
  try {
    const value: unknown = JSON.parse(unpack(packed) ?? '');
    if (typeof value === 'object' && value !== null) return value as CellData;
  } catch {
    // Said below.
  }
  notice(say('notRead', { what: say('cell') }));
  return null;
}

function packedText({ content }: Extract<TextSource, { kind: 'given' }>): string | null {
  if (content.length > MOST_UNPACKED) return null;
  const packed = pack(typeof content === 'string' ? content : new TextDecoder().decode(content));
  return packed.length > MOST_PACKED ? null : packed;
}
