import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout (or installed package) that this file belongs to. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const inRoot = (...parts) => join(ROOT, ...parts);

/** An installed package holds no sources, and nothing that could build it. */
export const isCheckout = () => existsSync(inRoot('bin', 'build.js'));

export const LOCKFILE = inRoot('package-lock.json');
export const NODE_MODULES = inRoot('node_modules');
export const INSTALL_STAMP = inRoot('node_modules', '.voltana-stamp');
export const DIST = inRoot('dist');
export const BUILD_STAMP = inRoot('dist', '.voltana-stamp.json');
/** The root help's facts, and oclif with its compiled code: see bin/quick. */
export const OVERVIEW = inRoot('dist', 'overview.json');
export const OCLIF_PACK = inRoot('dist', 'oclif.pack');
export const SETUP_LOCK = inRoot('.voltana', 'setup.lock');
export const SCHEMAS = inRoot('src', 'schemas');
export const VALIDATORS = inRoot('src', 'schemas', 'compiled', 'validators.js');
