// Tells who answers. LISTEN: address and port; NAME: the host.
const { createServer } = require('node:http');

const [host, port] = process.env.LISTEN.split(':');
createServer((_request, response) => response.end(`${process.env.NAME}\n`)).listen(Number(port), host);
