// Two buttons that give a picture of the page away, as SVG and as PNG.
import type { RefObject } from 'preact';
import { run } from '../state.js';
import { say } from '../words.js';

interface PictureProps {
  /** Of the file, after the cell and before the step. */
  name: string;
  /** What is seen, for who hears the page. */
  title: string;
  /** Where it is drawn as SVG; or what makes one of it. */
  of: RefObject<HTMLElement | null> | (() => Promise<string>);
}

export function PictureButtons({ name, title, of }: PictureProps) {
  const give = async (kind: 'svg' | 'png'): Promise<void> => {
    const { givePicture, standalone } = await import('../pictures.js');
    const drawn = typeof of === 'function' ? await of() : of.current?.querySelector('svg');
    if (drawn === null || drawn === undefined) return;
    const { facts, progress } = run.value;
    const file = `${facts?.cell ?? 'cell'}-${name}-${progress?.step ?? 0}`;
    await givePicture(typeof drawn === 'string' ? drawn : standalone(drawn), file, kind);
  };
  return (
    <span class="pictures">
      {(['svg', 'png'] as const).map((kind) => (
        <button
          type="button"
          key={kind}
          class="quiet"
          aria-label={`${say('picture')} ${kind.toUpperCase()}: ${title}`}
          onClick={() => void give(kind)}
        >
          {kind.toUpperCase()}
        </button>
      ))}
    </span>
  );
}
