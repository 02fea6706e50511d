import { inRoot } from '../setup/paths.js';

/** Which packages are in the build, for the list of licences and for a test of package.json's `dependencies`. */
export const PACKAGES = inRoot('dist', 'packages.json');

const INSIDE = new Set();
const OUTSIDE = new Set();

/** The innermost package of a path: node_modules/a/node_modules/b/index.js -> node_modules/a/node_modules/b */
const folderOf = (path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];

/** @param metafile esbuild's, of one of the build's bundles. What was shaken off does not count. */
export const notePackages = ({ outputs }) => {
  for (const { inputs, imports } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = folderOf(path);
      if (bytesInOutput > 0 && folder !== undefined) INSIDE.add(folder);
    }
    for (const { path, external } of imports) if (external) OUTSIDE.add(path);
  }
};

/** @returns what has been noted so far, in alphabetical order: folders of the packages inside, names of the modules left outside */
export const notedPackages = () => ({ inside: [...INSIDE].sort(), outside: [...OUTSIDE].sort() });
