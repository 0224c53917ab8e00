import { createHash, createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { scramVerifier } from '../../../infra/database/scram.ts';

it('is what RFC 7677 computes for its example', () => {
  const verifier = scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
  const match = /^SCRAM-SHA-256\$4096:W22ZaJ0SNY7soEsUEjb6gQ==\$(.+):(.+)$/.exec(verifier);
  const [storedKey, serverKey] = [match?.[1], match?.[2]].map((text) => Buffer.from(text ?? '', 'base64'));
  // The exchange of the RFC: its proof must lead back to the stored key, its signature come from the server's.
  const exchange =
    'n=user,r=rOprNGfwEbeRWgbNEkqO,' +
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,' +
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const sign = (key: Buffer) => createHmac('sha256', key).update(exchange).digest();
  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
  const clientSignature = sign(storedKey!);
  const clientKey = proof.map((byte, i) => byte ^ clientSignature[i]!);
  expect(createHash('sha256').update(clientKey).digest()).toEqual(storedKey);
  expect(sign(serverKey!).toString('base64')).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

it('has a salt of its own each time, and one form for characters typed in two ways', () => {
  expect(scramVerifier('the same password')).not.toBe(scramVerifier('the same password'));
  const salt = Buffer.alloc(16, 7);
  expect(scramVerifier('caf\u00e9', salt)).toBe(scramVerifier('cafe\u0301', salt));
});
