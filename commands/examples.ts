const BIN = '<%= config.bin %>';
const CARDS = '--gpu a100-sxm4-80gb --model llama-3.1-8b';
const CLUSTER = '--cluster emulated-2p2d-a100-llama-3.1-8b';
const PROMISES = '--slo-ttft 1000 --slo-itl 50';
const GATEWAY = '--url http://127.0.0.1:8080';

/** What each command's --help shows. Apart from the commands: whoever changes one flag sees here all that it is used with. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  agent: ['agent --dry-run', 'agent --config /etc/voltana/agent.yaml'],
  bench: [
    `bench ${CLUSTER} --rate 4 --duration 30 --threshold "ttft.p99<800"`,
    `bench ${GATEWAY} --api openai-completions --concurrency 8 --requests 64 --output run.json`,
    `bench ${CLUSTER} --rate 4 --duration 30 --dry-run`,
  ],
  'clocks:restore': ['clocks restore', 'clocks restore --drain', 'clocks restore --direct'],
  'clocks:status': ['clocks status', 'clocks status --json'],
  compare: ['compare baseline.json candidate.json', 'compare baseline.json candidate.json --output comparison.md'],
  completion: ['completion bash', 'completion zsh', 'completion fish'],
  'config:init': ['config init', `config init --cluster ${CARDS} --prefill 2 --decode 2 --output cluster.yaml`],
  'config:show': ['config show --origin', 'config show --config voltana.yaml --json'],
  'config:validate': ['config validate voltana.yaml', 'config validate cluster.yaml'],
  demo: ['demo', 'demo --rate 12 --slo-itl 30', 'demo --governor fixed --clocks 1005:690', 'demo --dry-run'],
  doctor: ['doctor', 'doctor --cluster cluster.yaml --json'],
  emulate: [`emulate ${CLUSTER}`],
  estimate: [
    `estimate ${CARDS} --phase decode --batch 32 --context-tokens 1000 --clock 1005`,
    `estimate ${CARDS} --phase prefill --batch 1 --prompt-tokens 2048 --sweep clock`,
  ],
  fit: ['fit profile.json --output fitted.json', 'fit profile.json --plot'],
  profile: [`profile ${CLUSTER} --virtual-time --output profile.json`, `profile ${CLUSTER} --dry-run`],
  'profiles:list': ['profiles list', 'profiles list --kind gpu'],
  'profiles:show': ['profiles show a100-sxm4-80gb', 'profiles show azure-conv-2023 --json'],
  'runs:list': ['runs list', 'runs list --json'],
  'runs:prune': ['runs prune --keep 20 --dry-run', 'runs prune --keep 20'],
  'runs:show': ['runs show run.json', 'runs show run.json --json'],
  serve: ['serve --cluster cluster.yaml', `serve ${CLUSTER} --dry-run`, `serve ${CLUSTER} --no-tui --duration 60`],
  simulate: [
    `simulate ${CARDS} --prefill 2 --decode 2 --duration 60 ${PROMISES}`,
    `simulate ${CARDS} --prefill 2 --decode 2 --duration 60 ${PROMISES} --governor max --routing least-requests`,
    `simulate ${CARDS} --prefill 2 --decode 2 --duration 60 ${PROMISES} --explain`,
  ],
  'trace:import': ['trace import trace.csv --output workload.jsonl'],
  'trace:stats': ['trace stats trace.csv', 'trace stats trace.csv --json'],
  tune: [
    `tune --search ${CARDS} --workload azure-conv-2023 --rate 8 ${PROMISES} --gpus 2..8 --cluster-output cluster.yaml`,
    `tune --search ${CARDS} --rate 8 ${PROMISES} --dry-run`,
    `tune --live ${GATEWAY}`,
  ],
  watch: ['watch http://127.0.0.1:8080'],
};

/** Gives each command its examples, unless it has some of its own. */
export const withExamples = <T extends Readonly<Record<string, { examples?: unknown }>>>(commands: T): T => {
  for (const [id, command] of Object.entries(commands)) {
    command.examples ??= EXAMPLES[id]?.map((example) => `${BIN} ${example}`);
  }
  return commands;
};
