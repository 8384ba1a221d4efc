/** Small authorities in folders: keys, requests, certificates, and what was revoked. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { readCertificate } from '../../kernel/sys/x509/certificate.js';
import { caExists, createCa, fixVersion, isSpared } from './tls/authority.js';
import { extensionsOf } from './tls/extensions.js';
import { basePath, givenCertificate, setCaPath } from './tls/folder.js';
import { createEmptyCrl, revoke, validate } from './tls/revoked.js';
import { certInfo } from './tls/show.js';
import { createCsr, createPkcs12, createSelfSigned, createSignedCert } from './tls/signed.js';
import { unixOf } from '../../kernel/std/date-text.js';
import { formatDate } from './lookup/date-format.js';

/** A path, or the text of its file; `missing` is said when there is none. */
async function pathOrText(path: string, asText: boolean, missing: string, ctx: Context): Promise<string> {
  const text = await ctx.sys.readText(path);
  if (text === undefined) throw new PythonError('ValueError', missing);
  return asText ? text : path;
}

const orElse = (given: string | null, other: string): string => (given === null || given === '' ? other : given);

const caName = p.string();
const path = p.string(null, 'folder of the authorities');
const caFilename = p.string(null, 'name of its files; else the name with _ca_cert');
const digest = p.string('sha256');
const asText = p.bool(false, 'the text in place of the path');
const replace = p.bool(false, 'also when it is there');
const bits = p.int(2048);
const days = p.int(365);
/** Parts of a subject; each function has them in its own place. */
const subject = { CN: p.string('localhost'), C: p.string('US'), ST: p.string('Utah'), L: p.string('Salt Lake City'), O: p.string('SaltStack'), OU: p.string(null), emailAddress: p.string(null) };

export default defineModule({
  name: 'tls',
  doc: 'Small authorities in folders: keys, requests, certificates, and what was revoked.',
  functions: {
    cert_base_path: fn({
      doc: "Give the folder below which authorities lie: `ca.cert_base_path`, else /etc/pki.\n\nsalt '*' tls.cert_base_path",
      params: { cacert_path: path },
      run: (args, ctx) => basePath(args.cacert_path, ctx),
    }),
    set_ca_path: fn({
      doc: "Take another folder for the rest of the job.\n\nsalt '*' tls.set_ca_path /etc/certs",
      params: { cacert_path: p.string() },
      run: (args, ctx) => setCaPath(args.cacert_path, ctx),
    }),
    maybe_fix_ssl_version: fn({
      doc: "Make the certificate of an authority anew when an old version of Salt gave it a version that there is not.\n\nsalt '*' tls.maybe_fix_ssl_version test_ca",
      params: { ca_name: caName, cacert_path: path, ca_filename: caFilename },
      async run(args, ctx) {
        await setCaPath(args.cacert_path, ctx);
        return fixVersion(args.ca_name, args.ca_filename, ctx);
      },
    }),
    ca_exists: fn({
      doc: "Say whether there is an authority.\n\nsalt '*' tls.ca_exists test_ca",
      params: { ca_name: caName, cacert_path: path, ca_filename: caFilename },
      async run(args, ctx) {
        await setCaPath(args.cacert_path, ctx);
        return caExists(args.ca_name, args.ca_filename, ctx);
      },
    }),
    get_ca: fn({
      doc: "Give the path or the text of an authority's certificate.\n\nsalt '*' tls.get_ca test_ca as_text=True",
      params: { ca_name: caName, as_text: asText, cacert_path: path },
      async run(args, ctx) {
        const file = `${await setCaPath(args.cacert_path, ctx)}/${args.ca_name}/${args.ca_name}_ca_cert.crt`;
        return pathOrText(file, args.as_text, `Certificate does not exist for ${args.ca_name}`, ctx);
      },
    }),
    get_ca_signed_cert: fn({
      doc: "Give the path or the text of a certificate that an authority signed.\n\nsalt '*' tls.get_ca_signed_cert test_ca web",
      params: { ca_name: caName, CN: p.string('localhost'), as_text: asText, cacert_path: path, cert_filename: p.string(null) },
      async run(args, ctx) {
        const file = `${await setCaPath(args.cacert_path, ctx)}/${args.ca_name}/certs/${orElse(args.cert_filename, args.CN)}.crt`;
        return pathOrText(file, args.as_text, `Certificate does not exists for ${args.CN}`, ctx);
      },
    }),
    get_ca_signed_key: fn({
      doc: "Give the path or the text of the key of such a certificate.\n\nsalt '*' tls.get_ca_signed_key test_ca web",
      params: { ca_name: caName, CN: p.string('localhost'), as_text: asText, cacert_path: path, key_filename: p.string(null) },
      async run(args, ctx) {
        const file = `${await setCaPath(args.cacert_path, ctx)}/${args.ca_name}/certs/${orElse(args.key_filename, args.CN)}.key`;
        return pathOrText(file, args.as_text, `Certificate does not exists for ${args.CN}`, ctx);
      },
    }),
    validate: fn({
      doc: "Say whether an authority signed a certificate that holds; `crl_file` None: by its own list of revoked ones.\n\nsalt '*' tls.validate /etc/pki/koji/certs/web.crt koji None",
      params: { cert: p.string(), ca_name: caName, crl_file: p.any() },
      run: (args, ctx) => validate(args.cert, args.ca_name, typeof args.crl_file === 'string' ? args.crl_file : null, ctx),
    }),
    get_expiration_date: fn({
      doc: "Give the day after which a certificate does not hold.\n\nsalt '*' tls.get_expiration_date /path/to/foo.crt date_format='%d/%m/%Y'",
      params: { cert: p.string(), date_format: p.string('%Y-%m-%d') },
      run: async (args, ctx) => formatDate(new Date(unixOf((await givenCertificate(args.cert, ctx)).notAfterMs)), args.date_format),
    }),
    create_ca: fn({
      doc: "Make an authority: a key, if there is none, and a certificate that it signs itself.\n\nsalt '*' tls.create_ca test_ca",
      params: {
        ca_name: caName, bits, days, ...subject, fixmode: p.bool(false), cacert_path: path, ca_filename: caFilename, digest,
        onlyif: p.any(null, 'a command that must succeed, or a value'), unless: p.any(null, 'a command that must fail, or a value'), replace,
      },
      run: async ({ onlyif, unless, ...asked }, ctx) => (await isSpared(onlyif, unless, ctx) ? null : createCa(asked, ctx)),
    }),
    get_extensions: fn({
      doc: "Give the extensions of requests and certificates of a kind: `server`, `client`, or one of the pillar `tls.extensions`.\n\nsalt '*' tls.get_extensions client",
      params: { cert_type: p.string() },
      run: (args, ctx) => extensionsOf(args.cert_type, ctx),
    }),
    create_csr: fn({
      doc: "Make a key and a request for a certificate of an authority.\n\nsalt '*' tls.create_csr test CN=web subjectAltName='[\"DNS:web.example.com\"]'",
      params: {
        ca_name: caName, bits, ...subject, subjectAltName: p.any(null), cacert_path: path, ca_filename: caFilename, csr_path: p.string(null), csr_filename: p.string(null), digest,
        type_ext: p.bool(false, 'the kind in the names of the files'), cert_type: p.string('server'), replace,
      },
      run: (args, ctx) => createCsr(args, ctx),
    }),
    create_self_signed_cert: fn({
      doc: 'Make a key and a certificate that it signs itself, in `certs` below `tls_dir`. A certificate that is there stays, unless `replace` is True.\n\nsalt-call --local tls.create_self_signed_cert CN=api.example.com',
      params: { tls_dir: p.string('tls'), bits, days, ...subject, cacert_path: path, cert_filename: p.string(null), digest, replace },
      run: (args, ctx) => createSelfSigned(args, ctx),
    }),
    create_ca_signed_cert: fn({
      doc: "Make a certificate of a request.\n\nsalt '*' tls.create_ca_signed_cert test web",
      params: {
        ca_name: caName, CN: p.string(), days, cacert_path: path, ca_filename: caFilename, cert_path: p.string(null), cert_filename: p.string(null), digest, cert_type: p.string(null),
        type_ext: p.bool(false, 'the kind in the names of the files'), replace,
      },
      run: (args, ctx) => createSignedCert(args, ctx),
    }),
    create_pkcs12: fn({
      doc: "Put key and certificates into one file.\n\nsalt '*' tls.create_pkcs12 test web passphrase=...",
      params: { ca_name: caName, CN: p.string(), passphrase: p.string(''), cacert_path: path, replace },
      run: (args, ctx) => createPkcs12(args, ctx),
    }),
    cert_info: fn({
      doc: "Tell what stands in a certificate, given by its path or as text.\n\nsalt '*' tls.cert_info /dir/for/certs/cert.pem",
      params: { cert: p.string(), digest },
      run: async (args, ctx) => certInfo((await readCertificate(args.cert, ctx.sys)).certificate, args.digest),
    }),
    create_empty_crl: fn({
      doc: "Make a list of revoked certificates with none in it.\n\nsalt '*' tls.create_empty_crl koji",
      params: { ca_name: caName, cacert_path: path, ca_filename: caFilename, crl_file: p.string(null), digest },
      run: (args, ctx) => createEmptyCrl(args, ctx),
    }),
    revoke_cert: fn({
      doc: "Revoke a certificate and write the list of revoked ones anew.\n\nsalt '*' tls.revoke_cert koji web crl_file=/etc/openvpn/team1/crl.pem",
      params: { ca_name: caName, CN: p.string(), cacert_path: path, ca_filename: caFilename, cert_path: p.string(null), cert_filename: p.string(null), crl_file: p.string(null), digest },
      run: (args, ctx) => revoke(args, ctx),
    }),
  },
});
