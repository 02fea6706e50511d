import { printable } from '../../domain/plain-text.ts';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' } as const;

/** Text of one line for XML 1.0, in elements and attributes alike. */
const escapeXml = (text: string): string => printable(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign as keyof typeof ENTITIES]);

type Attributes = Readonly<Record<string, string | number>>;

/** An element; `content` is elements or, with `textOf`, text. */
export const element = (name: string, attributes: Attributes, content: readonly string[] = []): string => {
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(String(value))}"`)].join(' ');
  return content.length === 0 ? `<${start}/>` : `<${start}>${content.join('')}</${name}>`;
};

/** Lines of text within an element. */
export const textOf = (lines: readonly string[]): string => lines.map(escapeXml).join('\n');

export const xmlDocument = (root: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
