// The panels of the page, in their order. A new one is a file in panels/ and a line here; docs/studio.md says how.
import type { FunctionComponent } from 'preact';
import { LessonsPanel } from './panels/lessons.js';
import { SetupPanel } from './panels/setup.js';
import { SamplesPanel } from './panels/samples.js';
import { StripPanel } from './panels/strip.js';
import { TrainingPanel } from './panels/training.js';
import { asked, guest, kept, view } from './state.js';
import type { Word } from './words.js';

export interface Panel {
  /** Of its element, for styles, lessons and tests. */
  id: string;
  /** Its heading; null where it has none that is seen. */
  title: Word;
  /** `top`: above all others; `side`: the column of settings; `half`: beside another one where there is room; `whole`: as wide as the page. */
  place: 'top' | 'side' | 'half' | 'whole';
  view: FunctionComponent | Late;
  /** Where it is there only now and then. */
  isThere?: () => boolean;
}

/** A panel that is loaded when it comes into sight: it is no part of the first load. */
export interface Late {
  load: () => Promise<FunctionComponent>;
}

export const PANELS: readonly Panel[] = [
  { id: 'lessons', title: 'lessons', place: 'top', view: LessonsPanel },
  {
    ...{ id: 'asks', title: 'openFile', place: 'top', isThere: () => asked.value !== null },
    view: { load: () => import('./panels/asks.js').then((own) => own.AsksPanel) },
  },
  {
    ...{ id: 'guest', title: 'openFile', place: 'top', isThere: () => guest.value !== null },
    view: { load: () => import('./panels/guest.js').then((own) => own.GuestPanel) },
  },
  { id: 'setup', title: 'text', place: 'side', view: SetupPanel },
  { id: 'training', title: 'training', place: 'half', view: TrainingPanel },
  { id: 'samples', title: 'writes', place: 'half', view: SamplesPanel },
  { id: 'strip', title: 'strip', place: 'whole', view: StripPanel },
  {
    ...{ id: 'compare', title: 'compare', place: 'whole', isThere: () => kept.value.length > 0 },
    view: { load: () => import('./panels/compare.js').then((own) => own.ComparePanel) },
  },
  {
    ...{ id: 'unit', title: 'places', place: 'whole', isThere: () => view.value.unit >= 0 },
    view: { load: () => import('./panels/unit.js').then((own) => own.UnitPanel) },
  },
  {
    ...{ id: 'time', title: 'time', place: 'whole' },
    view: { load: () => import('./panels/time.js').then((own) => own.TimePanel) },
  },
  {
    ...{ id: 'search', title: 'search', place: 'whole' },
    view: { load: () => import('./panels/search.js').then((own) => own.SearchPanel) },
  },
  {
    ...{ id: 'poke', title: 'poke', place: 'whole' },
    view: { load: () => import('./panels/poke.js').then((own) => own.PokePanel) },
  },
  {
    ...{ id: 'river', title: 'river', place: 'whole' },
    view: { load: () => import('./panels/river.js').then((own) => own.RiverPanel) },
  },
  {
    ...{ id: 'editor', title: 'editor', place: 'whole' },
    view: { load: () => import('./panels/editor.js').then((own) => own.EditorPanel) },
  },
];
