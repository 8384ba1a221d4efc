/** Rules of a signer, on this machine or on another, and certificates made by them. */
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isBytes, isList, isMap, isPlainMap, isTruthy, mapEntries, mapGet, mapValues, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { certificatePem, checkReadable, parseCertificate, readCertificate, signCertificate } from '../../../kernel/sys/x509/certificate.js';
import { hexOfNumber } from '../../../kernel/sys/x509/show-extension.js';
import { issueOf, shortWords, withPolicy, type Issue } from '../../../kernel/sys/x509/issue.js';
import { publicBytes, readPrivateKey, readPublicKey } from '../../../kernel/sys/x509/keys.js';
import { nameWords } from '../../../kernel/sys/x509/names.js';
import { readRequest } from '../../../kernel/sys/x509/request.js';

const OPTION = 'x509_signing_policies';
const SIGN = 'x509.sign_remote_certificate';
const TIMEOUT_SECONDS = 60;
/** Only the signer knows these. */
const SECRETS = ['signing_private_key', 'signing_private_key_passphrase'];

const plain = (value: Value | undefined): PlainMap => (isPlainMap(value) ? value : {});

/** The rules of a name, in the pillar or the configuration; a list of maps is one map. */
export async function localPolicy(name: Value, ctx: Context): Promise<PlainMap> {
  if (name === null) return {};
  for (const source of [await ctx.call('pillar.get', [OPTION, {}], { unmask: true }), await ctx.call('config.get', [OPTION, {}])]) {
    const found = isMap(source) ? mapGet(source, str(name)) : undefined;
    const rules = isList(found) ? Object.fromEntries(found.flatMap((item) => (isMap(item) ? mapEntries(item).map(([key, value]): [string, Value] => [str(key), value]) : []))) : plain(found);
    if (Object.keys(rules).length > 0) return rules;
  }
  return {};
}

/** The answer of another minion's `sign_remote_certificate`. @throws with its words */
async function asked(server: string, args: readonly Value[], ctx: Context): Promise<Value> {
  const answers = await ctx.call('publish.publish', [server, SIGN], { arg: args, timeout: TIMEOUT_SECONDS });
  const [answer] = isMap(answers) ? mapValues(answers) : [];
  if (answer === undefined) throw new InvocationError('ca_server did not respond. Salt master must permit peers to call the sign_remote_certificate function.');
  if (!isPlainMap(answer) || !('data' in answer)) throw new CommandExecutionError('Received invalid return value from ca_server. See minion log for details');
  const errors = answer['errors'];
  if (isList(errors) && errors.length > 0) throw new CommandExecutionError(`ca_server reported errors:\n${errors.map(str).join('\n')}`);
  return answer['data'] ?? null;
}

/** The rules of a name, where they are in force. */
export async function signingPolicy(name: Value, server: string | null, ctx: Context): Promise<PlainMap> {
  if (server === null) return shortWords(await localPolicy(name, ctx));
  const key = `policy ${server} ${str(name)}`;
  const known = ctx.memory.get(key) as PlainMap | undefined;
  if (known !== undefined) return known;
  const policy = { ...plain(await asked(server, [name, {}, true], ctx)) };
  if (policy['signing_cert'] !== undefined) policy['signing_cert'] = certificatePem((await readCertificate(policy['signing_cert'], ctx.sys)).certificate.bytes);
  const rules = shortWords(policy);
  ctx.memory.set(key, rules);
  return rules;
}

export interface Made {
  readonly bytes: Buffer;
  readonly privateKey: KeyObject | undefined;
}

const textOrNull = (value: Value | undefined): string | null => (value === undefined || value === null ? null : str(value));

/** Keys stay here: only what is public goes to the signer. */
export async function createRemote(server: string, policy: Value, words: PlainMap, ctx: Context): Promise<Made> {
  const { private_key: privateKey, private_key_passphrase: passphrase, ...rest } = words;
  const sent: PlainMap = { ...rest };
  const key = isTruthy(privateKey) ? (await readPrivateKey(privateKey ?? null, textOrNull(passphrase), ctx.sys)).key : undefined;
  if (key !== undefined) sent['public_key'] = publicBytes(key);
  else if (isTruthy(sent['public_key'])) sent['public_key'] = publicBytes(await readPublicKey(sent['public_key'] ?? null, ctx.sys));
  if (isTruthy(sent['csr'])) sent['csr'] = (await readRequest(sent['csr'] ?? null, ctx.sys)).request.bytes;
  const answer = await asked(server, [policy, sent], ctx);
  if (!isBytes(answer)) throw new CommandExecutionError('ca_server did not return a certificate');
  return { bytes: checkReadable(Buffer.from(answer)), privateKey: key };
}

async function keepCopy(bytes: Buffer, folder: string, prependCn: boolean, ctx: Context): Promise<void> {
  const certificate = parseCertificate(bytes);
  const cn = prependCn ? nameWords(certificate.subject)['CN'] : undefined;
  const name = `${cn === undefined ? '' : `${str(cn)}-`}${hexOfNumber(certificate.serial).replaceAll(':', '').toLowerCase().replace(/^0/, '')}.crt`;
  if (name.includes('/')) throw new CommandExecutionError(`'${name}' is no name of a file`);
  await ctx.call('x509.write_pem', [certificatePem(bytes), join(folder, name)], { pem_type: 'CERTIFICATE' });
}

/** Signs with a key of this machine. */
export async function createLocal(words: PlainMap, ctx: Context): Promise<Made> {
  const issue: Issue = await issueOf(words, ctx.sys);
  if (issue.signingKey === undefined) throw new InvocationError('Creating a certificate locally at least requires a signing private key.');
  const bytes = checkReadable(signCertificate(issue.draft, issue.signingKey, issue.digest));
  if (isTruthy(words['copypath'])) await keepCopy(bytes, str(words['copypath'] ?? ''), isTruthy(words['prepend_cn']), ctx);
  return { bytes, privateKey: issue.privateKey };
}

async function isPermitted(test: string, minion: string, ctx: Context): Promise<boolean> {
  if (!test.includes('@')) return isTruthy(await ctx.call('match.glob', [test, minion]));
  const answer = await ctx.call('publish.runner', ['match.compound_matches'], { arg: [test, minion] });
  if (answer === null) throw new CommandExecutionError('Could not check minion match for compound expression. Is this minion allowed to run `match.compound_matches` on the master?');
  return isMap(answer) && mapGet(answer, 'res') === minion;
}

/** What the rules alone decide: whose key signs, and what is written on the signer. */
const RULES_ONLY = ['ca_server', 'signing_policy', 'signing_cert', 'private_key', 'private_key_passphrase', 'copypath', 'prepend_cn', ...SECRETS];
/** What may only be a value: a path would be one of the signer. */
const VALUES_ONLY = ['public_key', 'csr'];

function fromOutside(words: PlainMap): PlainMap {
  const bad = VALUES_ONLY.find((name) => isTruthy(words[name]) && !isBytes(words[name]) && !str(words[name] ?? '').includes('-----BEGIN'));
  if (bad !== undefined) throw new InvocationError(`${bad} must be sent as a value`);
  return Object.fromEntries(Object.entries(words).filter(([name]) => !RULES_ONLY.includes(name)));
}

interface Remote {
  readonly data: Value;
  readonly errors: string[];
}
const refused = (...errors: string[]): Remote => ({ data: null, errors });

/** Signs for another minion, by the rules of a policy. Who asks is what the master says, never what the call says. */
export async function signForOthers(name: Value, words: PlainMap, onlyPolicy: boolean, ctx: Context): Promise<Remote> {
  const { minions, ...policy } = await localPolicy(name, ctx);
  if (Object.keys(policy).length === 0) return refused('signing_policy must be specified and defined on signing minion');
  try {
    if (minions !== undefined) {
      const asker = ctx.job['id'];
      if (typeof asker !== 'string' || asker === '') return refused('minion sending this request could not be identified');
      if (!await isPermitted(str(minions), asker, ctx)) return refused('minion not permitted to use specified signing policy');
    }
    if (onlyPolicy) {
      const open = Object.fromEntries(Object.entries(policy).filter(([key]) => !SECRETS.includes(key)));
      if (open['signing_cert'] !== undefined) open['signing_cert'] = (await readCertificate(open['signing_cert'], ctx.sys)).certificate.bytes;
      return { data: open, errors: [] };
    }
    return { data: (await createLocal(withPolicy(policy, fromOutside(words)), ctx)).bytes, errors: [] };
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log.error({ error: error instanceof Error ? error.name : 'Error' }, 'A certificate could not be signed for another minion');
    return refused(error instanceof Error ? error.message : String(error));
  }
}
