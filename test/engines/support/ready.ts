/** What `npm run test:engines` has set up; without it there is nothing to test. */
export function readyPart<Facts>(name: string): Facts {
  const text = process.env['REAL_ENGINES'];
  const facts = text === undefined ? undefined : (JSON.parse(text) as Record<string, Facts | null>)[name];
  if (facts === undefined || facts === null) throw new Error(`${name} is not set up: run npm run test:engines`);
  return facts;
}
