import { Flags } from '@oclif/core';
import { numberFlag, numberSetting } from './flags.ts';

/** Of `voltana tune --live`, and of what stops it. */
export const liveFlags = {
  live: Flags.boolean({
    description: 'tune a cluster that serves, under guardrails: a gateway (--url), or one that is served here (--cluster)',
  }),
  kill: Flags.boolean({ description: 'highest clock at a gateway now, until --resume-live' }),
  'resume-live': Flags.boolean({ description: 'let live tuning at a gateway go on after a kill' }),
  'stop-live': Flags.boolean({ description: 'end live tuning at a gateway: its own governor again' }),
  status: Flags.boolean({ description: 'how live tuning at a gateway stands' }),
  url: Flags.string({ description: 'gateway that voltana serves: http://HOST:PORT', helpValue: 'URL' }),
  pace: Flags.option({
    description: 'how fast a rollout goes: usual (default), or quick to see it work',
    options: ['usual', 'quick'] as const,
  })(),
  signal: Flags.string({ description: 'what energy costs now: a number, or JSON with carbonIntensity or price', helpValue: 'FILE|URL' }),
  'kill-file': Flags.string({ description: "highest clock while this file exists, on the gateway's machine", helpValue: 'FILE' }),
  'allow-resize': Flags.boolean({ description: 'with --cluster: instances that nobody needs may rest at their lowest clock' }),
  'gateway-port': numberSetting('gatewayPort'),
  detach: Flags.boolean({ description: 'with --url: start it and leave; it goes on there' }),
  duration: numberFlag('duration', 'end after S seconds [default: Ctrl-C ends it]', { min: 0.1, max: 1e9 })({ helpValue: 'S' }),
  'api-key-file': Flags.string({ description: 'file that holds the API key of the gateway [default: OPENAI_API_KEY]', helpValue: 'FILE' }),
  'endpoint-ca-file': Flags.string({ description: "CA of the gateway's certificate [default: the system's]", helpValue: 'FILE' }),
  insecure: Flags.boolean({ description: "take any certificate of the gateway's" }),
};
