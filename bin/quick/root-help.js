const INDENT = '  ';
const NARROWEST = 40;
const PIPE = 80;

const wrap = (text, width) => {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
};

const widthOf = (stream) => (stream.isTTY && stream.columns > 0 ? Math.max(NARROWEST, stream.columns) : PIPE);

export const userAgent = ({ name, version }) => `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;

/** Names in one column, summaries in the next. */
const table = (rows, width) => {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const indent = INDENT + ' '.repeat(nameWidth) + INDENT;
  const lines = rows.map(({ name, summary }) => {
    const wrapped = wrap(summary, width - indent.length).join(`\n${indent}`);
    return `${INDENT}${name.padEnd(nameWidth)}${INDENT}${wrapped}`.trimEnd();
  });
  return lines.join('\n');
};

/**
 * The same as oclif's, without oclif.
 * @param overview `{name, version, description, topics: [{name, summary}], commands: [{name, summary}]}`
 * @param stream where it goes: its width, and whether it takes bold
 */
export const rootHelp = (overview, stream) => {
  const { name, description, topics, commands } = overview;
  const header = (text) => (stream.isTTY && stream.hasColors() ? `\u001b[1m${text}\u001b[22m` : text);
  const lists = [
    ['TOPICS', topics],
    ['COMMANDS', commands],
  ]
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) => [title, table(rows, widthOf(stream))]);
  const sections = [['VERSION', INDENT + userAgent(overview)], ['USAGE', `${INDENT}$ ${name} [COMMAND]`], ...lists];
  return `${[description, ...sections.map(([title, body]) => `${header(title)}\n${body}`)].join('\n\n')}\n\n`;
};
