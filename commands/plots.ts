import type { Figure } from '../src/reporting/plot/figure.ts';

const PIPE_COLUMNS = 80;
const MOST_COLUMNS = 120;

/** Figures one below the other, as wide as the terminal; 80 columns in a pipe. */
export async function plotted(figures: readonly Figure[]): Promise<string> {
  const { columns } = await import('../src/compose.ts');
  const { terminalPlot } = await import('../src/reporting/plot/terminal.ts');
  const width = Math.min(columns() ?? PIPE_COLUMNS, MOST_COLUMNS);
  return figures.map((figure) => terminalPlot(figure, width)).join('\n\n');
}
