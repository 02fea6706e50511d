import { element, textOf } from '../../run/xml.ts';

/** Text of others as HTML: nothing in it is a tag, an attribute's end or an entity. */
export const escapeHtml = (text: string): string => textOf([text]);

type Attributes = Readonly<Record<string, string | number>>;

/** An element; never self-closing, which HTML knows only of its own void ones. Content is HTML. */
export const tag = (name: string, attributes: Attributes, ...content: readonly string[]): string =>
  element(name, attributes, content.length === 0 ? [''] : content);

export const paragraph = (text: string, attributes: Attributes = {}): string => tag('p', attributes, escapeHtml(text));

export const list = (texts: readonly string[]): string =>
  texts.length === 0 ? '' : tag('ul', {}, ...texts.map((text) => tag('li', {}, escapeHtml(text))));

interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const bodyRow = ([first = '', ...rest]: readonly string[]): string =>
  tag('tr', {}, tag('th', { scope: 'row' }, escapeHtml(first)), ...rest.map((text) => tag('td', {}, escapeHtml(text))));

/** A wide table scrolls in its own frame, which the keyboard reaches as well. */
export const table = ({ caption, head, rows }: Table): string =>
  tag(
    'div',
    { class: 'table', tabindex: 0, role: 'region', 'aria-label': caption },
    tag(
      'table',
      {},
      tag('caption', {}, escapeHtml(caption)),
      tag('thead', {}, tag('tr', {}, ...head.map((text) => tag('th', { scope: 'col' }, escapeHtml(text))))),
      tag('tbody', {}, ...rows.map(bodyRow)),
    ),
  );

/** Terms with what is to be said of them; several lines each. */
export const facts = (all: readonly { readonly label: string; readonly lines: readonly string[] }[]): string =>
  tag(
    'dl',
    {},
    ...all.map(({ label, lines }) =>
      tag('div', {}, tag('dt', {}, escapeHtml(label)), ...lines.map((text) => tag('dd', {}, escapeHtml(text)))),
    ),
  );

/** JSON within a script element: no `<` of a text can end it. */
export const jsonScript = (id: string, value: unknown): string =>
  `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`;

/** Code of ours within its element; a closing tag in one of its strings must not end it. */
export const embedded = (name: 'script' | 'style', code: string): string =>
  `<${name}>${code.replace(new RegExp(`</(?=${name})`, 'gi'), '<\\/')}</${name}>`;
