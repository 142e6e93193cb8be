// Pictures of the page as files of their own: what the rules of its style say of a drawing is written into it.
import { giveFile } from './files.js';

/** All of them come to the elements inside, but the last. */
const PROPERTIES = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray'],
  ...['font-family', 'font-size', 'font-weight', 'opacity'],
] as const;

/** A drawing of the page on the page's ground. */
export function standalone(svg: SVGElement): string {
  const copy = svg.cloneNode(true) as SVGElement;
  const shown = [svg, ...svg.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  shown.forEach((element, i) => {
    const own = getComputedStyle(element);
    const outer = element === svg || element.parentElement === null ? null : getComputedStyle(element.parentElement);
    for (const name of PROPERTIES) {
      const value = own.getPropertyValue(name);
      const inherited = name === 'opacity' ? '1' : outer?.getPropertyValue(name);
      if (value !== inherited) copies[i].setAttribute(name, value);
      else copies[i].removeAttribute(name);
    }
  });
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const side of ['width', 'height']) ground.setAttribute(side, '100%');
  ground.setAttribute('fill', pageColour());
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

const pageColour = (): string => getComputedStyle(document.documentElement).backgroundColor;

/** Gives the browser a picture to keep. @param svg whole in itself */
export async function givePicture(svg: string, name: string, kind: 'svg' | 'png'): Promise<void> {
  if (kind === 'svg') giveFile(`${name}.svg`, svg, 'image/svg+xml');
  else giveFile(`${name}.png`, await asPng(svg), 'image/png');
}

/** Pixels for one of the page's. */
const DENSITY = 2;

async function asPng(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = DENSITY * image.width;
  canvas.height = DENSITY * image.height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('expected a canvas, received none');
  context.fillStyle = pageColour();
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('expected a picture, received none'));
      else resolve(blob);
    });
  });
}
