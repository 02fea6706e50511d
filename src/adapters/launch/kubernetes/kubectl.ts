import { execa } from 'execa';
import { VoltanaError } from '../../../domain/errors.ts';

export type Kubectl = (args: readonly string[], options?: { readonly input?: string; readonly signal?: AbortSignal }) => Promise<string>;

const LONGEST_ANSWER = 50_000_000;

/** The arguments that every call starts with. */
export const scopeOf = ({ namespace, context }: { namespace?: string | undefined; context?: string | undefined }): string[] => [
  ...(context === undefined ? [] : ['--context', context]),
  ...(namespace === undefined ? [] : ['--namespace', namespace]),
];

/** Runs kubectl with the user's own configuration. @throws VoltanaError PROGRAM_MISSING or PROCESS_FAILED with what it said; the signal's reason */
export const kubectlWith =
  (scope: readonly string[]): Kubectl =>
  async (args, { input = '', signal } = {}) => {
    signal?.throwIfAborted();
    const ran = await execa('kubectl', [...scope, ...args], {
      input,
      reject: false,
      maxBuffer: LONGEST_ANSWER,
      ...(signal ? { cancelSignal: signal } : {}),
    });
    signal?.throwIfAborted();
    if (ran.exitCode === 0) return ran.stdout;
    if (ran.code === 'ENOENT') {
      throw new VoltanaError('PROGRAM_MISSING', 'Kubernetes is asked through kubectl, and there is no such program here', {
        hint: 'Install kubectl, put it on the PATH, and give it a configuration of the cluster.',
      });
    }
    const said = ran.stderr.trim() || `exit code ${ran.exitCode ?? 'none'}`;
    throw new VoltanaError('PROCESS_FAILED', `kubectl ${args[0]}: ${said}`, {
      hint: `Check that "kubectl ${[...scope, 'get', 'pods'].join(' ')}" works from here.`,
    });
  };
