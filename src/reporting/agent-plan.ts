import type { AgentConfig } from '../domain/agent.ts';

const listed = (names: 'all' | 'none' | readonly string[]): string => (typeof names === 'string' ? names : names.join(', '));

const boundsText = ({ minClockMhz, maxClockMhz, maxSlowdownsPerS, powerLimitW }: AgentConfig['bounds']): string =>
  [
    `clocks ${minClockMhz ?? 'any'} to ${maxClockMhz ?? 'any'} MHz`,
    `at most ${maxSlowdownsPerS} slow-downs a second`,
    powerLimitW === null ? 'power limits never set' : `power limits ${powerLimitW.least} to ${powerLimitW.most} W`,
  ].join(', ');

const restoreText = ({ restoreTo, spreadMs }: AgentConfig): string => {
  const to =
    restoreTo === 'default'
      ? "the driver's default"
      : typeof restoreTo === 'number'
        ? `${restoreTo} MHz`
        : Object.entries(restoreTo)
            .map(([device, clockMhz]) => `${device}: ${clockMhz} MHz`)
            .join(', ');
  return `to ${to}, expired leases within ${spreadMs} ms`;
};

const doorsOf = ({ listen: { socket, tcp } }: AgentConfig): string[] => [
  ...(socket === null
    ? []
    : [`unix:${socket.path} for ${socket.group === null ? "root and the agent's own user" : `root and group ${socket.group}`}`]),
  ...(tcp === null
    ? []
    : [
        `https://${tcp.host}:${tcp.port} for ${tcp.tokensFile === undefined ? `certificates of ${tcp.clientCaFile}` : `tokens of ${tcp.tokensFile}`}`,
      ]),
];

/** What an agent would do, for people and as a document. */
export const agentPlan = (settings: AgentConfig, warnings: readonly string[]): { readonly text: string; readonly document: object } => ({
  text: [
    `node       ${settings.node}`,
    ...doorsOf(settings).map((door) => `listens    ${door}`),
    `devices    ${listed(settings.devices)} of ${settings.families.join(', ')}`,
    `bounds     ${boundsText(settings.bounds)}`,
    `leases     ${settings.leaseTtlMs.least} to ${settings.leaseTtlMs.most} ms`,
    `gives back ${restoreText(settings)}`,
    `journal    ${settings.stateDir}`,
    `audit log  ${settings.auditFile}`,
    ...warnings.map((warning) => `warning: ${warning}`),
  ].join('\n'),
  document: { schemaVersion: 1, kind: 'agent-plan', ...settings, warnings },
});

/** Where a running agent answers. */
export const agentDocument = (settings: AgentConfig, addresses: readonly string[], warnings: readonly string[]): object => ({
  schemaVersion: 1,
  kind: 'agent-ready',
  node: settings.node,
  addresses,
  warnings,
});
