import { fingerprint } from '../setup/freshness.js';
import { say, seconds } from '../setup/report.js';
import { bundle } from './bundle.js';
import { compileSchemas } from './schemas.js';
import { checkLoads } from './check.js';
import { writeBuild, writeStamp } from './write.js';

/** Schemas, then bundle, then a look whether it loads, which also notes what makes a start quick; the stamp comes last, so that half a build never counts. */
export const build = async () => {
  const startedMs = performance.now();
  const inputs = fingerprint();
  const validators = await compileSchemas();
  const files = await bundle();
  writeBuild(files);
  checkLoads();
  writeStamp(inputs, files);
  say(`built in ${seconds(startedMs)} (${validators} schemas, ${files.length} files)`);
};
