// A panel that is loaded when it comes near to sight; until then its heading keeps its place.
import type { FunctionComponent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Late } from './panels.js';
import { notice } from './state.js';
import { say } from './words.js';

/** Pixels below what is seen. */
const NEAR = '240px';

/** @param atOnce whether it is loaded wherever it stands: somebody asked for it */
export function LatePanel({ late, title, atOnce }: { late: Late; title: string; atOnce: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [loaded, setLoaded] = useState<{ View: FunctionComponent } | null>(null);
  useEffect(() => {
    if (box.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!atOnce && !entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        Promise.all([late.load(), lateStyles()]).then(
          ([View]) => {
            setLoaded({ View });
          },
          () => {
            notice(say('notLoaded', { what: title }));
          },
        );
      },
      { rootMargin: NEAR },
    );
    observer.observe(box.current);
    return () => {
      observer.disconnect();
    };
  }, []);
  if (loaded !== null) return <loaded.View />;
  return (
    <div ref={box} class="late">
      <h2>{title}</h2>
    </div>
  );
}

let styles: Promise<void> | null = null;

/** The rules of all late panels: once. A panel without them can be read. */
function lateStyles(): Promise<void> {
  styles ??= new Promise((resolve) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = new URL('./late.css', document.baseURI).href;
    link.onload = () => resolve();
    link.onerror = () => resolve();
    document.head.append(link);
  });
  return styles;
}
