/** The value of an option in a command line, `--name value` or `--name=value`; the last one counts, as it does there. */
export function optionValue(args: readonly string[], name: string): string | null {
  let found: string | null = null;
  for (const [i, arg] of args.entries()) {
    if (arg === name) found = args[i + 1] ?? found;
    else if (arg.startsWith(`${name}=`)) found = arg.slice(name.length + 1);
  }
  return found;
}
