import { Command, Flags } from '@oclif/core';
import { numberFlag, numberSetting } from '../flags.ts';

const count = { min: 1, max: 256, whole: true };
const forCluster = { dependsOn: ['cluster'] };

export default class ConfigInit extends Command {
  static override summary = 'Write a new settings file, or with --cluster the file of an emulated cluster.';

  static override flags = {
    output: Flags.string({ description: 'where to [default: voltana.yaml, or cluster.yaml with --cluster]', helpValue: 'FILE' }),
    force: Flags.boolean({ description: 'replace a file that is there' }),
    cluster: Flags.boolean({ description: 'write a cluster file' }),
    gpu: Flags.string({ description: 'GPU card [default: a100-sxm4-80gb]', helpValue: 'ID', ...forCluster }),
    model: Flags.string({ description: 'model card [default: llama-3.1-8b]', helpValue: 'ID', ...forCluster }),
    tp: numberFlag('tp', 'GPUs per instance [default: 1]', { ...count, max: 64 })({ helpValue: 'N', ...forCluster }),
    prefill: numberFlag('prefill', 'prefill instances [default: 2]', count)({ helpValue: 'N', ...forCluster }),
    decode: numberFlag('decode', 'decode instances [default: 2]', count)({ helpValue: 'N', ...forCluster }),
    'slo-ttft': numberSetting('sloTtftMs', { description: 'promised time to first token [default: 1000]', ...forCluster }),
    'slo-itl': numberSetting('sloItlMs', { description: 'promised mean gap between tokens [default: 50]', ...forCluster }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ConfigInit);
    const { initConfig } = await import('../../src/compose.ts');
    const { gpu = 'a100-sxm4-80gb', model = 'llama-3.1-8b', tp = 1, prefill = 2, decode = 2 } = flags;
    const cluster = flags.cluster
      ? { gpu, model, tp, prefill, decode, ttftMs: flags['slo-ttft'] ?? 1000, itlMs: flags['slo-itl'] ?? 50 }
      : null;
    const { output: file = cluster ? 'cluster.yaml' : 'voltana.yaml' } = flags;
    await initConfig({ file, cluster, force: flags.force });
    this.log(`${file} written. Use it: voltana demo ${cluster ? '--cluster' : '--config'} ${file}`);
  }
}
