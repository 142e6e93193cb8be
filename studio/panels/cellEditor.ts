// The editor itself: view and state of CodeMirror, undo, and a mark at the place of an error. Loaded when it is opened.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers } from '@codemirror/view';

export interface CellEditor {
  text(): string;
  setText(text: string): void;
  /** Marks a place; null for none. */
  mark(place: { line: number; column: number; length: number } | null): void;
  destroy(): void;
}

const setMark = StateEffect.define<{ from: number; to: number } | null>();

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let now = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMark)) continue;
      const at = effect.value;
      now =
        at === null ? Decoration.none : Decoration.set([Decoration.mark({ class: 'cell-mark' }).range(at.from, at.to)]);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** @param label for a screen reader @param onChange after each change by the user */
export function makeEditor(parent: HTMLElement, label: string, onChange: (text: string) => void): CellEditor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        ...[history(), lineNumbers(), marks, keymap.of([...defaultKeymap, ...historyKeymap])],
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    mark(place) {
      const { doc } = view.state;
      if (place === null || doc.length === 0) {
        view.dispatch({ effects: setMark.of(null) });
        return;
      }
      const line = doc.line(Math.min(place.line, doc.lines));
      const from = Math.min(line.from + place.column - 1, line.to);
      // At the end of a line the letter before it is marked.
      const at =
        from < line.to
          ? { from, to: Math.min(line.to, from + place.length) }
          : { from: Math.max(line.from, from - 1), to: line.to };
      view.dispatch({ effects: setMark.of(at.from < at.to ? at : null) });
    },
    destroy() {
      view.destroy();
    },
  };
}
