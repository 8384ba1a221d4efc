/**
 * How many sign-ins are answered.
 *
 * Keys that are not accepted share one budget, of which each address may have a part, and of that each connection; accepted keys have
 * their own. So a flood of new names or keys leaves the accepted minions alone, also those behind the same address, and one address
 * cannot use up what is left for new minions of others. What is beyond gets no reply, before any work with keys; a minion asks again by
 * itself. The connection it came by is not read for a moment, so that a flood costs its sender more than us.
 */
import type { Peer } from '../../../bus/transport/contract.js';
import type { MinionId } from '../../../kernel/contract/job.js';
import { networkOf } from '../../../kernel/std/network-of.js';
import { RateLimit, RateLimits } from '../../../kernel/std/rate-limit.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { Bounds } from '../../requests/bounds.js';
import { BOUNDS } from '../../requests/bounds.data.js';

export interface BudgetParts {
  readonly keys: Pick<KeyStore, 'read'>;
  readonly bounds: Pick<Bounds, 'hit'>;
  /** New keys come faster than they are taken, and nobody knows from where. */
  readonly onFlood: () => void;
  /** Milliseconds; replaced in tests. */
  readonly now?: () => number;
}

const NEW_KEYS = { perSecond: BOUNDS.newKeysPerSecond, burst: BOUNDS.newKeysBurst };
const OF_ADDRESS = { perSecond: BOUNDS.newKeysOfAddressPerSecond, burst: BOUNDS.newKeysOfAddressBurst, namesMax: 100_000 };
const OF_CONNECTION = { perSecond: BOUNDS.newKeysOfConnectionPerSecond, burst: BOUNDS.newKeysOfConnectionBurst, namesMax: 100_000 };
const ACCEPTED_KEYS = { perSecond: BOUNDS.acceptedKeyPerSecond, burst: BOUNDS.acceptedKeyBurst, namesMax: 20_000 };
const REST_MS = 1000;

export class SignInBudget {
  readonly #parts: BudgetParts;
  readonly #newKeys: RateLimit;
  readonly #addresses: RateLimits;
  readonly #connections: RateLimits;
  readonly #acceptedKeys: RateLimits;

  constructor(parts: BudgetParts) {
    this.#parts = parts;
    this.#newKeys = new RateLimit(NEW_KEYS, parts.now);
    this.#addresses = new RateLimits(OF_ADDRESS, parts.now);
    this.#connections = new RateLimits(OF_CONNECTION, parts.now);
    this.#acceptedKeys = new RateLimits(ACCEPTED_KEYS, parts.now);
  }

  mayAsk(id: MinionId | undefined, pem: string, peer: Peer): boolean {
    if (id !== undefined && this.#parts.keys.read('accepted', id) === pem) return this.#mayComeBack(id, peer);
    if (this.#mayBeNew(peer)) return true;
    peer.rest?.(REST_MS);
    return false;
  }

  /** By address, too: who merely shows a key that is known uses up nothing of its minion elsewhere. */
  #mayComeBack(id: MinionId, { address }: Peer): boolean {
    if (this.#acceptedKeys.take(`${address === undefined ? '' : networkOf(address)} ${id}`)) return true;
    this.#parts.bounds.hit('accepted_key', { id, ...(address === undefined ? {} : { address }) });
    return false;
  }

  #mayBeNew({ connection, address }: Peer): boolean {
    const { bounds, onFlood } = this.#parts;
    if (!this.#connections.take(connection)) {
      bounds.hit('new_keys_of_connection', { connection });
      return false;
    }
    if (address !== undefined && !this.#addresses.take(networkOf(address))) {
      bounds.hit('new_keys_of_address', { address });
      return false;
    }
    if (this.#newKeys.take()) return true;
    bounds.hit('new_keys');
    if (address === undefined) onFlood();
    return false;
  }
}
