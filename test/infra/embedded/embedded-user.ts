/** A process that uses the embedded server until it is told to close, or is killed. */
import { openEmbedded } from '../../../infra/embedded/embedded.ts';

const server = await openEmbedded({ home: process.argv[2]! });
process.send!({ url: server.url });
process.once('message', () => {
  void server.close().then(() => process.disconnect());
});
