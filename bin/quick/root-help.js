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

/**
 * The same as oclif's, without oclif.
 * @param overview `{name, version, description, commands: [{name, summary}]}`
 * @param stream where it goes: its width, and whether it takes bold
 */
export const rootHelp = (overview, stream) => {
  const { name, description, commands } = overview;
  const header = (text) => (stream.isTTY && stream.hasColors() ? `\u001b[1m${text}\u001b[22m` : text);
  const nameWidth = Math.max(...commands.map((command) => command.name.length));
  const indent = INDENT + ' '.repeat(nameWidth) + INDENT;
  const rows = commands.map((command) => {
    const lines = wrap(command.summary, widthOf(stream) - indent.length);
    return `${INDENT}${command.name.padEnd(nameWidth)}${INDENT}${lines.join(`\n${indent}`)}`.trimEnd();
  });
  const sections = [['VERSION', INDENT + userAgent(overview)], ['USAGE', `${INDENT}$ ${name} [COMMAND]`], ['COMMANDS', rows.join('\n')]];
  return `${[description, ...sections.map(([title, body]) => `${header(title)}\n${body}`)].join('\n\n')}\n\n`;
};
