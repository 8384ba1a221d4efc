/** A real directory: slapd of Debian with a few people and groups, plain and with TLS. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { selfSigned } from '../../../src/kernel/sys/x509/self-signed.js';
import { freePort, ProgramServer } from './program-server.js';

const SLAPD = '/usr/sbin/slapd';
const MODULES = '/usr/lib/ldap';
export const skipWithoutSlapd: string | false = existsSync(SLAPD) && existsSync('/etc/ldap/schema/nis.schema') ? false : 'slapd is not installed';
export const BASE = 'dc=example,dc=org';

const ENTRIES = `
dn: ${BASE}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

${['People', 'Groups'].map((name) => `dn: ou=${name},${BASE}\nobjectClass: organizationalUnit\nou: ${name}\n`).join('\n')}
dn: cn=reader,${BASE}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: look

${[['ann', 'right'], ['bob', 'other']].map(([name, password]) => `dn: uid=${name},ou=People,${BASE}\nobjectClass: inetOrgPerson\nuid: ${name}\ncn: ${name}\nsn: ${name}\nuserPassword: ${password}\n`).join('\n')}
dn: cn=ops,ou=Groups,${BASE}
objectClass: posixGroup
cn: ops
gidNumber: 5000
memberUid: ann

dn: cn=web,ou=Groups,${BASE}
objectClass: posixGroup
cn: web
gidNumber: 5001
memberUid: ann
memberUid: bob

dn: cn=staff,ou=Groups,${BASE}
objectClass: groupOfNames
cn: staff
member: uid=ann,ou=People,${BASE}
`;

export interface Directory extends AsyncDisposable {
  readonly port: number;
  /** Of the port that speaks TLS at once. */
  readonly tlsPort: number;
  stop(): Promise<void>;
}

export async function startDirectory(): Promise<Directory> {
  const dir = mkdtempSync(join(tmpdir(), 'slapd-'));
  mkdirSync(join(dir, 'data'));
  const { key, certificate } = await selfSigned({ bits: 2048, days: 1, digest: 'sha256', names: [['commonName', '127.0.0.1']] });
  const write = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const config = write('slapd.conf', `${['core', 'cosine', 'inetorgperson', 'nis'].map((name) => `include /etc/ldap/schema/${name}.schema\n`).join('')}modulepath ${MODULES}
moduleload back_mdb
pidfile ${join(dir, 'slapd.pid')}
TLSCertificateFile ${write('crt.pem', certificate)}
TLSCertificateKeyFile ${write('key.pem', key)}
database mdb
maxsize 16777216
suffix "${BASE}"
rootdn "cn=admin,${BASE}"
directory ${join(dir, 'data')}
access to attrs=userPassword by anonymous auth by * none
access to * by users read by anonymous auth
`);
  const added = spawnSync('/usr/sbin/slapadd', ['-f', config, '-l', write('entries.ldif', ENTRIES)], { encoding: 'utf8' });
  if (added.status !== 0) throw new Error(`slapadd: ${added.stderr}`);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const server = new ProgramServer([SLAPD, '-d', '256', '-f', config, '-h', `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`]);
  const stop = (): Promise<void> => server[Symbol.asyncDispose]();
  const close = async (): Promise<void> => {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    for (const one of [port, tlsPort]) await server.listens(one);
  } catch (error) {
    await close();
    throw error;
  }
  return { port, tlsPort, stop, [Symbol.asyncDispose]: close };
}
