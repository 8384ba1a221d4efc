/** Certificates for TLS. Source: read, Salt 3008.3. */
import { isAbsolute, join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { selfSigned } from '../../kernel/sys/x509/self-signed.js';

const BASE = '/etc/pki';

function basePath(given: string | null, ctx: Context): string {
  const configured = ctx.opts['ca.cert_base_path'];
  return given ?? (typeof configured === 'string' ? configured : BASE);
}

export default defineModule({
  name: 'tls',
  doc: 'Keys and certificates for TLS.',
  functions: {
    cert_base_path: fn({
      doc: 'Give the folder below which certificates are kept: `ca.cert_base_path`, else /etc/pki.',
      params: { cacert_path: p.string(null) },
      run: ({ cacert_path: given }, ctx) => basePath(given, ctx),
    }),
    create_self_signed_cert: fn({
      doc: 'Make a key and a certificate that it signs itself, in `certs` below `tls_dir`. A certificate that is there stays, unless `replace` is True.\n\nsalt-call --local tls.create_self_signed_cert CN=api.example.com',
      params: {
        tls_dir: p.string('tls'), bits: p.int(2048), days: p.int(365), CN: p.string('localhost'), C: p.string('US'), ST: p.string('Utah'), L: p.string('Salt Lake City'),
        O: p.string('SaltStack'), OU: p.string(null), emailAddress: p.string(null), cacert_path: p.string(null), cert_filename: p.string(null), digest: p.string('sha256'), replace: p.bool(false),
      },
      async run(asked, ctx) {
        const folder = join(basePath(asked.cacert_path, ctx), asked.tls_dir, 'certs');
        if (!isAbsolute(folder)) throw new InvocationError('The folder of the certificates is not absolute');
        const name = asked.cert_filename ?? asked.CN;
        const [keyPath, certificatePath] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
        const isThere = await ctx.sys.fs.stat(certificatePath).then(() => true, () => false);
        if (isThere && !asked.replace) return `Certificate "${name}" already exists`;
        const names = [['countryName', asked.C], ['stateOrProvinceName', asked.ST], ['localityName', asked.L], ['organizationName', asked.O], ['organizationalUnitName', asked.OU], ['commonName', asked.CN], ['emailAddress', asked.emailAddress]] as const;
        const { key, certificate } = await selfSigned({
          bits: asked.bits, days: asked.days, digest: asked.digest, names: names.filter((pair): pair is readonly [(typeof names)[number][0], string] => pair[1] !== null && pair[1] !== ''),
        });
        await ctx.sys.fs.mkdir(folder, { recursive: true });
        await ctx.sys.writeFile(keyPath, key, { mode: 0o600 });
        await ctx.sys.writeFile(certificatePath, certificate, { mode: 0o644 });
        return `Created Private Key: "${keyPath}" Created Certificate: "${certificatePath}"`;
      },
    }),
  },
});
