// The width of an element, as it changes.
import { type RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** In whole pixels. @param standard before it is known */
export function useWidth(box: RefObject<HTMLElement | null>, standard: number): number {
  const [width, setWidth] = useState(standard);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  return width;
}
