import type { Plots } from './plots.ts';

interface Span {
  readonly start: number;
  readonly end: number;
}

const LEAST_PCT = 2;
const STEP = 0.25;

/** Percent of the whole; a span that would leave it is moved back. */
const within = (middle: number, width: number): Span => {
  const kept = Math.min(100, Math.max(LEAST_PCT, width));
  const start = Math.min(100 - kept, Math.max(0, middle - kept / 2));
  return { start, end: start + kept };
};

const zoomed = ({ start, end }: Span, how: string): Span => {
  const [middle, width] = [(start + end) / 2, end - start];
  switch (how) {
    case 'in':
      return within(middle, width / 2);
    case 'out':
      return within(middle, width * 2);
    case 'earlier':
      return within(middle - width * STEP, width);
    case 'later':
      return within(middle + width * STEP, width);
    default:
      return { start: 0, end: 100 };
  }
};

/** The same with keys that a pointer does on the pictures: all of a group follow one. */
export const zoomOnClick = (plots: Plots): void => {
  for (const button of document.querySelectorAll<HTMLElement>('[data-zoom]'))
    button.addEventListener('click', () => {
      const [chart] = plots.charts(button.dataset['group']!);
      const [now] = (chart?.getOption() as { dataZoom?: Span[] } | undefined)?.dataZoom ?? [];
      if (chart && now) chart.dispatchAction({ type: 'dataZoom', dataZoomId: 'slider', ...zoomed(now, button.dataset['zoom']!) });
    });
};
