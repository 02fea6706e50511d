import { expect } from 'chai';
import { targetOf } from '../../../../../src/adapters/load/stream/target.ts';

describe('targetOf', () => {
  it('joins a base with or without path, slash or /v1', () => {
    const paths = ['http://h:1', 'http://h:1/', 'http://h:1/v1', 'http://h:1/v1/', 'http://h:1/a/v1'].map(
      (url) => targetOf(url, '/v1/completions').path,
    );
    expect(paths).to.deep.equal(['/v1/completions', '/v1/completions', '/v1/completions', '/v1/completions', '/a/v1/completions']);
    expect(targetOf('https://h:1/x', '/p').origin).to.equal('https://h:1');
  });

  it('keeps what a gateway in front of it wants to be asked with', () => {
    expect(targetOf('http://h:1/v1?deployment=a', '/p').path).to.equal('/p?deployment=a');
  });

  it('refuses a URL with credentials, without showing them', () => {
    for (const url of ['http://user:secret@h', 'http://secret@h'])
      expect(() => targetOf(url, '/p'))
        .to.throw('holds a name or a password')
        .with.property('message')
        .that.does.not.include('secret');
  });

  it('refuses what is no http URL', () => {
    for (const url of ['', 'h:80', 'ftp://h', '127.0.0.1:8000'])
      expect(() => targetOf(url, '/p'))
        .to.throw('not an http URL')
        .with.property('code', 'BAD_VALUE');
  });
});
