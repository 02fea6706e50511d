const GAP = 24;

const SIZE = /<svg\b[^>]*?\bwidth="(\d+(?:\.\d+)?)(?:px)?"[^>]*?\bheight="(\d+(?:\.\d+)?)(?:px)?"/;

interface Part {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

function partOf(svg: string): Part {
  const text = svg.slice(svg.indexOf('<svg'));
  const found = SIZE.exec(text);
  if (!found) throw new Error('an SVG document names its width and height');
  return { text, width: Number(found[1]), height: Number(found[2]) };
}

/** SVG documents of known size, one below the other, as one on white paper. */
export function stackSvg(documents: readonly string[]): string {
  const parts = documents.map(partOf);
  const width = Math.max(0, ...parts.map((part) => part.width));
  let top = 0;
  const placed = parts.map(({ text, height }) => {
    const at = text.replace('<svg', `<svg y="${top}"`);
    top += height + GAP;
    return at;
  });
  const height = Math.max(0, top - GAP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...placed,
    '</svg>\n',
  ].join('\n');
}
