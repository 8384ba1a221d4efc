/**
 * `_pillar`: compiles the pillar of the asking minion, seals it for that minion alone and signs it.
 *
 * Source: wire-protocol 5.4; golden wire/startup.
 */
import { encodeNetwork } from '../../../bus/codec/codec.js';
import { generateKeyString, sealLoad } from '../../../bus/crypto/crypticle.js';
import { loadPublicKey, type RsaPrivateKey } from '../../../bus/crypto/rsa.js';
import type { EventBus } from '../../../bus/event/bus.js';
import { encodePillarData, encodePillarEnvelope, encodeSignedPillar } from '../../../bus/wire/pillar-reply.js';
import { isPlainMap, isTruthy, type Value } from '../../../kernel/std/value.js';
import type { PillarRequest } from '../../../sls/pillar/request.js';
import type { KeptPillars } from '../../pillar/kept-pillars.js';
import type { CompiledPillar, PillarDesk } from '../../pillar/pillar-desk.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { KnownStore } from '../../known/known-store.js';
import { SIZES, type MinionCommand } from '../../requests/command.js';

export interface PillarParts {
  readonly pillars: Pick<PillarDesk, 'pillar'>;
  readonly kept: KeptPillars;
  readonly keys: KeyStore;
  readonly known: KnownStore;
  readonly privateKey: RsaPrivateKey;
  readonly bus: EventBus;
  /** `minion_data_cache`: keep grains and pillar for targeting. */
  readonly keep: boolean;
  /** `minion_data_cache_events`: tell that they were kept. */
  readonly cacheEvents: boolean;
}

export function pillarCommand(parts: PillarParts): MinionCommand {
  return {
    name: '_pillar', from: 'minion', bytesMax: SIZES.medium,
    rule: 'An accepted minion, for itself: targets are matched with the id of its session and the grains it sends',
    async run(load, sender) {
      const request = {
        id: sender.id,
        grains: isPlainMap(load['grains']) ? { ...load['grains'], id: sender.id } : {},
        saltenv: envName(load['saltenv']), pillarenv: envName(load['pillarenv']),
        override: isPlainMap(load['pillar_override']) ? load['pillar_override'] : {},
        extra: isPlainMap(load['extra_minion_data']) ? load['extra_minion_data'] : {},
        ...(isTruthy(load['ext'] ?? null) ? { external: load['ext'] ?? null } : {}),
      } satisfies PillarRequest;
      const pillar = isPlainMap(load['grains']) ? await pillarFor(parts, request, load['clean_cache'] === true) : undefined;
      const pem = parts.keys.read('accepted', sender.id);
      if (pem === undefined) return { kind: 'nothing' };
      const keyString = generateKeyString();
      const key = loadPublicKey(pem).encrypt(Buffer.from(keyString), sender.encAlgo);
      const data = encodePillarData(key, pillar?.network ?? encodeNetwork({}), sender.nonce);
      const signed = encodeSignedPillar(data, await parts.privateKey.signAsync(data, sender.sigAlgo));
      return { kind: 'frame', frame: encodePillarEnvelope(key, sealLoad(keyString, signed)) };
    },
  };
}

async function pillarFor(parts: PillarParts, request: PillarRequest, clean: boolean): Promise<CompiledPillar> {
  const kept = clean ? undefined : parts.kept.find(request);
  if (kept !== undefined) return kept;
  const pillar = await parts.pillars.pillar(request);
  if (parts.keep) remember(parts, request, pillar);
  return pillar;
}

/** What a command asks for on top or besides is not what the master knows the minion by. */
function remember({ known, kept, bus, cacheEvents }: PillarParts, request: PillarRequest, pillar: CompiledPillar): void {
  known.setNow('grains', request.id, request.grains);
  if (Object.keys(request.override).length === 0 && request.external === undefined) kept.keep(request, pillar);
  if (cacheEvents) bus.fire(`minion/refresh/${request.id}`, { 'Minion data cache refresh': request.id });
}

const envName = (value: Value | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);
