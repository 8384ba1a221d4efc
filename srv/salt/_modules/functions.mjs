import { defineModule, fn, p } from 'tsalt/plugin';

const PAYLOAD_BYTES_MAX = 64 * 1024;
const OUTPUT_CHARACTERS_MAX = 64 * 1024;
const SECONDS = 10;

/** Nothing of the machine is within reach of a function: no network, no rights, no file that it could write. */
const LOCKED = {
  network_mode: 'none', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges'], user: '65534:65534', mem_limit: '64m', auto_remove: true,
};

const cut = (text) => (text.length > OUTPUT_CHARACTERS_MAX ? `${text.slice(0, OUTPUT_CHARACTERS_MAX)}...` : text);

/** The pillar says which functions there are; a name is all that a caller chooses. */
async function ran(name, payload, ctx) {
  const known = ctx.pillar.functions ?? {};
  if (!Object.hasOwn(known, name)) return { code: null, error: `there is no function '${name}'` };
  const input = JSON.stringify(payload);
  if (Buffer.byteLength(input) > PAYLOAD_BYTES_MAX) return { code: null, error: `the payload has more than ${PAYLOAD_BYTES_MAX} bytes` };
  const { image, command, seconds = SECONDS } = known[name];
  try {
    const ended = await ctx.call('docker.run_container', [image], { command, environment: { PAYLOAD: input }, timeout: seconds, separate: true, ...LOCKED });
    const late = ended.Timed_Out === true ? { error: `ended after ${seconds} seconds` } : {};
    return { code: ended.ExitCode, stdout: cut(ended.Stdout), stderr: cut(ended.Stderr), ...late };
  } catch (error) {
    return { code: null, error: error.message };
  }
}

export default defineModule({
  name: 'functions',
  doc: 'Small functions: a container runs once, with a payload, and is gone. docs/containers.md tells the whole.',
  functions: {
    call: fn({
      doc: "Run a function of the pillar 'functions' and tell the master what came of it.\nsalt fn1 functions.call count payload='{\"text\": \"a b c\"}'",
      params: { name: p.string(), payload: p.any(null), call: p.string('', 'given back, to know the answer by') },
      run: async ({ name, payload, call }, ctx) => {
        const answer = { call, ...await ran(name, payload, ctx) };
        const isDone = answer.code === 0;
        if (!isDone) ctx.setRetcode(1);
        await ctx.call('event.send', [`functions/${isDone ? 'done' : 'failed'}/${name}`, answer]);
        return answer;
      },
    }),
  },
});
