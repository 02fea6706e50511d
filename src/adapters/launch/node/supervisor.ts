import type { EngineFile, EngineProcess } from '../../../ports/launcher.ts';
import { quote } from '../shell.ts';

/** How an engine is watched over, on its node. */
export interface SupervisionSettings {
  readonly id: string;
  /** Marks every process of this start, wherever it moves itself. Letters, digits and dashes. */
  readonly token: string;
  /** The engine's folder; empty takes a temporary one, which goes when the engine is ended as asked. */
  readonly folder: string;
  /** From SIGTERM to SIGKILL. */
  readonly graceS: number;
  /** Without a line on stdin for so long, whoever started it is taken for lost. 0: only the end of stdin tells. */
  readonly lostAfterS: number;
  readonly ports: readonly number[];
}

/** The script looks so often whether an engine that was told to end has ended. */
const TICKS_PER_S = 10;

export const START_SCRIPT = 'start.sh';
export const LOG_FILE = 'engine.log';
/** Exit codes of the script itself, and of a shell that finds no program. */
export const EXIT_MISSING = 127;

/**
 * What runs on the node: POSIX sh, and what every Linux has. The engine's output goes to its log and to stdout; what the
 * script itself has to say goes to stderr behind "voltana:". The end of stdin, which comes however its starter dies, ends
 * the engine and all that it has started: children that made sessions of their own are found by the token in their environment.
 * Should the script itself be killed, the reader of its stdin does the same.
 */
const SCRIPT = String.raw`
umask 077
main=$$ ending= engine= tee= reader= timer= own=
say() { printf 'voltana:%s\n' "$*" >&2; }
everyone() {
  if [ -r /proc/self/environ ]; then grep -lsaF "VOLTANA_ENGINE=$token" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
  elif kill -0 "$engine" 2>/dev/null; then echo "$engine"; fi
}
signal() { for pid in $(everyone); do kill "-$1" "$pid" 2>/dev/null; done; }
end() {
  trap '' TERM INT HUP PIPE
  kill -TERM "$engine" 2>/dev/null
  left=$grace
  while [ -n "$(everyone)" ] && [ "$left" -gt 0 ]; do
    case " $(everyone | tr '\n' ' ') " in *" $engine "*) ;; *) signal TERM ;; esac
    sleep 0.1
    left=$((left - 1))
  done
  left=100
  while [ -n "$(everyone)" ] && [ "$left" -gt 0 ]; do
    signal KILL
    sleep 0.05
    left=$((left - 1))
  done
}
tidy() { rm -f .out .beat; if [ -n "$own" ] && [ -n "$ending" ]; then cd / && rm -rf -- "$folder"; fi; }
trap 'ending=1' TERM INT HUP
if [ -z "$folder" ]; then folder=$(mktemp -d "${'$'}{TMPDIR:-/tmp}/voltana-$id-XXXXXX") && own=1
else mkdir -p -- "$folder"; fi
cd -- "$folder" 2>/dev/null || { say "folder $folder"; exit 73; }
folder=$(pwd)
while IFS= read -r path && [ -n "$path" ]; do
  IFS= read -r text || exit 74
  { mkdir -p -- "$(dirname -- "$path")" && printf %s "$text" | base64 -d >"$path"; } || { say "folder $folder/$path"; exit 73; }
done
for port in $ports; do
  if grep -Eqs "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$port") [0-9A-F]+:[0-9A-F]{4} 0A" /proc/net/tcp /proc/net/tcp6; then
    say "taken $port"
    exit 98
  fi
done
VOLTANA_HOST=${'$'}{SLURMD_NODENAME:-$(hostname)}
export VOLTANA_HOST
exec 3<&0
rm -f .out .beat
mkfifo .out || { say "folder $folder"; exit 73; }
(trap '' PIPE; exec tee -a engine.log) <.out 3<&- &
tee=$!
(trap - TERM INT HUP; VOLTANA_ENGINE=$token exec sh ./start.sh) >.out 2>&1 </dev/null 3<&- &
engine=$!
say "folder-is $folder"
say "host $VOLTANA_HOST"
(
  while IFS= read -r _; do : >.beat; done
  while kill -TERM "$main" 2>/dev/null; do sleep 0.2; done
  ending=1
  end
  tidy
) <&3 >/dev/null &
reader=$!
exec 3<&-
if [ "$lost" -gt 0 ]; then
  (
    seconds=0
    while sleep 1; do
      seconds=$((seconds + 1))
      [ "$seconds" -lt "$lost" ] && continue
      seconds=0
      if [ -e .beat ]; then rm -f .beat; else while kill -TERM "$main" 2>/dev/null; do sleep 1; done; exit; fi
    done
  ) </dev/null >/dev/null 2>&1 &
  timer=$!
fi
if [ -z "$ending" ]; then wait "$engine"; code=$?; else code=143; fi
end
kill -KILL "$reader" $timer 2>/dev/null
(sleep 2; kill "$tee" 2>/dev/null) </dev/null >/dev/null 2>&1 &
wait "$tee"
kill "$!" 2>/dev/null
tidy
exit "$code"
`;

/** What a transport runs on the node. It holds nothing that any login shell reads otherwise than sh: all else comes by stdin. */
export const BOOTSTRAP = 'IFS= read -r script; eval "$(printf %s "$script" | base64 -d)"';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const header = ({ id, token, folder, graceS, lostAfterS, ports }: SupervisionSettings): string =>
  [
    `id=${quote(id)}`,
    `token=${quote(token)}`,
    `folder=${quote(folder)}`,
    `grace=${Math.ceil(graceS * TICKS_PER_S)}`,
    `lost=${Math.ceil(lostAfterS)}`,
    `ports=${quote(ports.join(' '))}`,
  ].join('\n');

const SAFE_PATH = /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\n\0]+$/;

const fileLines = ({ path, text }: EngineFile): string => {
  if (!SAFE_PATH.test(path)) throw new RangeError(`the engine's file "${path}" lies outside of its folder`);
  return `./${path}\n${base64(text)}\n`;
};

/** The first lines of the bootstrap's stdin: the script, the files, and an empty line. What comes later says that we live. */
export const supervisedInput = (settings: SupervisionSettings, files: EngineProcess['files'], script: string): string => {
  const all = [...files, { path: START_SCRIPT, text: script }];
  return `${base64(`${header(settings)}\n${SCRIPT}`)}\n${all.map(fileLines).join('')}\n`;
};
