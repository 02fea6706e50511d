// Imported first and alone: it must load on a Node that is too old for everything else, so no imports and plain syntax.
const NEEDED = [20, 19];
const have = process.versions.node.split('.').map(Number);

if (have[0] < NEEDED[0] || (have[0] === NEEDED[0] && have[1] < NEEDED[1])) {
  process.stderr.write(
    'error: voltana needs Node ' +
      NEEDED.join('.') +
      ' or newer, this is ' +
      process.versions.node +
      '. Install a newer Node (nodejs.org or your version manager) and run again.\n',
  );
  process.exit(3);
}
