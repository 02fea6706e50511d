/** Rows under a heading, each column as wide as its widest cell; texts to the left, numbers to the right. */
export function alignedTable(heading: readonly string[], rows: readonly (readonly string[])[], textColumns = 1): string[] {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const cell = (text: string, column: number): string =>
    column < textColumns ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return all.map((row) => row.map(cell).join('  ').trimEnd());
}
