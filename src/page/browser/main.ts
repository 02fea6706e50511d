import { drawStill } from '../charts/draw.ts';
import { drawAll } from './plots.ts';
import { saveOnClick } from './saving.ts';
import { followTheme } from './theme.ts';
import { zoomOnClick } from './zoom.ts';

interface Panel {
  readonly id: string;
  readonly title: string;
  readonly group: string | null;
  readonly option: Readonly<Record<string, unknown>>;
}

const enliven = (): void => {
  const panels = JSON.parse(document.getElementById('panels')!.textContent) as Panel[];
  const plots = drawAll(panels);
  followTheme((look) => plots.dress(look));
  saveOnClick(panels, plots);
  zoomOnClick(plots);
  // What does nothing without this script was hidden.
  for (const tools of document.querySelectorAll('.tools, .zoom, .themes')) tools.removeAttribute('hidden');
  document.documentElement.classList.add('live');
};

// Without a document it is the program that writes pages and files: it draws with what the page draws with.
if (typeof document !== 'undefined') enliven();
export { drawStill };
