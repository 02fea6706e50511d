import { spawn } from 'node:child_process';

const WITHIN_MS = 300_000;

const secondsOf = (minutes: string): number => {
  const [, m, s] = /^(\d+)m([\d.]+)s$/.exec(minutes)!;
  return Number(m) * 60 + Number(s);
};

/** Python keeps what it compiled: else each of a peer's many processes would compile its imports anew. */
const environment = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const { PYTHONDONTWRITEBYTECODE: _, ...rest } = process.env;
  return { ...rest, ...more };
};

/** Runs it under a shell that says what it and all that it started took. @returns processor seconds */
export const timed = async (command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> => {
  const child = spawn('bash', ['-c', '"$@" >&2; code=$?; times; exit $code', 'bash', ...command], {
    env: environment(env),
    detached: true,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-2000)));
  const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), WITHIN_MS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${stderr}`);
  // The second line is of what the shell waited for.
  const last = stdout.trim().split('\n').at(-1)!;
  return last.split(' ').reduce((sum, time) => sum + secondsOf(time), 0);
};
