import { drawStill } from '../charts/draw.ts';
import type { Look } from '../charts/looks.ts';

interface Panel {
  readonly id: string;
  readonly title: string;
  readonly option: Readonly<Record<string, unknown>>;
}

/** Pixels for each of the picture's own: enough for a slide. */
const PNG_SCALE = 2;

const save = (blob: Blob, name: string): void => {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
};

const svgBlob = (svg: string): Blob => new Blob([svg], { type: 'image/svg+xml' });

const imageOf = (url: string): Promise<HTMLImageElement> =>
  new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error('The picture cannot be drawn'));
    image.src = url;
  });

const pngOf = async (svg: string): Promise<Blob> => {
  const image = await imageOf(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width * PNG_SCALE, image.height * PNG_SCALE];
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('No PNG could be made')))));
};

const savePanel = async (panel: Panel, format: string, look: Look): Promise<void> => {
  const svg = drawStill(panel, look, { alone: true });
  save(format === 'png' ? await pngOf(svg) : svgBlob(svg), `${panel.id}.${format}`);
};

/** Each picture as a file, as it is dressed, with its title. */
export const saveOnClick = (panels: readonly Panel[], plots: { look(): Look }): void => {
  for (const button of document.querySelectorAll<HTMLElement>('[data-save]')) {
    const panel = panels.find(({ id }) => id === button.dataset['panel'])!;
    const label = button.textContent;
    button.addEventListener('click', () => {
      savePanel(panel, button.dataset['save']!, plots.look()).catch(() => {
        button.textContent = `${label}: failed`;
      });
    });
  }
};
