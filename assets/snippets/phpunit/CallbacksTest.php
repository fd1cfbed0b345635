<?php

/*
 * Callbacks that WeChat posted, as tests: each is verified, decrypted and read with EasyWeChat 6, then given to
 * your code.
 *
 *     composer install
 *     composer test                                        # says what was skipped, and why
 *     MENUSCOPE_TO=http://127.0.0.1:8000/wx composer test  # posts them to your server, too
 *
 * The callbacks lie in callbacks/, a folder each. An export with pseudonyms brings the token and the key that verify
 * and decrypt them; for any other they come from MENUSCOPE_TOKEN, MENUSCOPE_AES_KEY and MENUSCOPE_APP_ID. To renew the
 * callbacks and keep what you have written here: menuscope export --format pack --out callbacks
 *
 * Answers are compared with the recorded ones by element, without those that "ignored" in manifest.json names, where
 * your server, a rule or a person made them. MENUSCOPE_COMPARE=0 leaves that out; =1 compares in an export with
 * pseudonyms, too, whose texts are others; =all also with menuscope's own "success".
 */

declare(strict_types=1);

use EasyWeChat\Kernel\Encryptor;
use EasyWeChat\Kernel\Exceptions\RuntimeException as EasyWeChatException;
use EasyWeChat\OfficialAccount\Message;
use EasyWeChat\OfficialAccount\Server;
use Nyholm\Psr7\ServerRequest;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Symfony\Component\HttpClient\HttpClient;

/** Your code goes here: what does it answer to this message? A text, an array of elements, or null for no answer. */
function handle(Message $message): string|array|null
{
    return null;
}

final class CallbacksTest extends TestCase
{
    /** WeChat waits no longer for an answer. */
    private const SECONDS = 5;

    public static function callbacks(): iterable
    {
        foreach (Callback::manifest()['events'] as $entry) {
            yield $entry['folder'] => [$entry];
        }
        if (Callback::manifest()['events'] === []) {
            yield 'none' => [null];
        }
    }

    public function testThePackIsOneThatThisFileReads(): void
    {
        self::assertSame(1, Callback::manifest()['menuscope']);
    }

    #[DataProvider('callbacks')]
    public function testSignature(?array $entry): void
    {
        $callback = $this->read($entry);
        if ($callback->isEncrypted() && ! $callback->isRefused() && $callback->messageFile() === null) {
            self::markTestSkipped('it could not be decrypted when it was recorded');
        }
        $verified = true;
        try {
            $this->verify($callback);
        } catch (EasyWeChatException $problem) {
            self::assertSame(Encryptor::ERROR_INVALID_SIGNATURE, $problem->getCode(), $problem->getMessage());
            $verified = false;
        }
        self::assertSame(! $callback->isRefused(), $verified);
    }

    #[DataProvider('callbacks')]
    public function testMessage(?array $entry): void
    {
        $callback = $this->read($entry);
        $recorded = $this->message($callback);
        self::assertSame($recorded, $callback->isEncrypted() ? $this->decrypt($callback) : $callback->body);
    }

    #[DataProvider('callbacks')]
    public function testFields(?array $entry): void
    {
        $callback = $this->read($entry);
        $message = $this->parse($callback);
        $fields = $callback->fields();
        self::assertEquals(self::clean($fields), self::clean($message->toArray()));
        foreach (['FromUserName', 'ToUserName', 'MsgType', 'Event'] as $name) {
            self::assertSame($fields[$name] ?? null, $message->$name);
        }
    }

    #[DataProvider('callbacks')]
    public function testYourHandler(?array $entry): void
    {
        $callback = $this->read($entry);
        if ($callback->isRefused()) {
            self::markTestSkipped('its signature is wrong: your server never gets to the message');
        }
        $message = $this->parse($callback);
        $request = new ServerRequest('POST', '/');
        $answer = (string) (new Server($request))->transformToReply(handle($message), $message)->getBody();
        if ($answer !== 'success') {
            $reply = Message::createFromRequest(new ServerRequest('POST', '/', [], $answer));
            // Back to where it came from.
            self::assertSame($message->FromUserName, $reply->ToUserName);
            self::assertSame($message->ToUserName, $reply->FromUserName);
            $this->compare($callback, $answer);
        }
        $this->addToAssertionCount(1);
    }

    /** A server that checks how old a timestamp is wants it made anew: `menuscope replay --mode resign --to URL`. */
    #[DataProvider('callbacks')]
    public function testYourServer(?array $entry): void
    {
        $callback = $this->read($entry);
        $server = getenv('MENUSCOPE_TO') ?: self::markTestSkipped('MENUSCOPE_TO is not set: the URL of your server');
        if ($callback->isRefused()) {
            self::markTestSkipped('its signature is wrong: your server should refuse it, in whichever way it does');
        }
        if ($callback->isCut()) {
            self::markTestSkipped('only the beginning of its body was kept');
        }
        $limits = ['max_redirects' => 0, 'timeout' => self::SECONDS, 'max_duration' => self::SECONDS];
        $client = HttpClient::create($limits);
        $url = $server.(str_contains($server, '?') ? '&' : '?').$callback->queryString;
        $response = $client->request($callback->method, $url, [
            // The last header names the sender in the record of a menuscope on the way.
            'headers' => ['Content-Type' => $callback->headers['content-type'] ?? 'text/xml', 'X-Menuscope' => 'test'],
            'body' => $callback->body,
        ]);
        self::assertSame(200, $response->getStatusCode());
        $answer = $response->getContent();
        if ($callback->isHandshake()) {
            self::assertSame($callback->query['echostr'], $answer);
        } elseif ($callback->recordedAnswer() !== null) {
            $this->compare($callback, $this->plaintext($callback, $answer));
        }
    }

    /** An answer without its encryption. */
    private function plaintext(Callback $callback, string $answer): string
    {
        if (! $callback->isEncrypted() || ! str_contains($answer, '<Encrypt>')) {
            return $answer;
        }
        $envelope = Message::createFromRequest(new ServerRequest('POST', '/', [], $answer));

        return $this->encryptor($callback)->decrypt(
            ciphertext: $envelope->Encrypt,
            msgSignature: $envelope->MsgSignature,
            nonce: $envelope->Nonce,
            timestamp: (string) $envelope->TimeStamp,
        );
    }

    /** Compares an answer with the recorded one: by element where both are messages, else as texts. */
    private function compare(Callback $callback, string $answer): void
    {
        $recorded = $callback->recordedAnswer();
        if ($recorded === null) {
            return;
        }
        [$was, $found] = [self::leaves($recorded), self::leaves($answer)];
        if ($was === null || $found === null) {
            self::assertSame($recorded, $answer);
        } else {
            self::assertSame($was, $found);
        }
    }

    /** The texts of a message by their paths, without what is ignored; null for what is no message. */
    private static function leaves(string $text): ?array
    {
        $root = @simplexml_load_string($text, SimpleXMLElement::class, LIBXML_NOCDATA | LIBXML_NONET);
        if ($root === false) {
            return null;
        }
        $ignored = Callback::manifest()['ignored'] ?? ['CreateTime'];
        $found = [];
        $walk = function (SimpleXMLElement $element, string $path) use (&$walk, &$found, $ignored): void {
            $before = [];
            foreach ($element->children() as $name => $child) {
                $before[$name] = ($before[$name] ?? 0) + 1;
                $step = $path.$name.($element->{$name}->count() > 1 ? "[{$before[$name]}]" : '');
                if (in_array($name, $ignored, true)) {
                    continue;
                }
                if ($child->count() > 0) {
                    $walk($child, "$step/");
                } else {
                    $found[$step] = (string) $child;
                }
            }
        };
        $walk($root, '');
        ksort($found);

        return $found;
    }

    private function read(?array $entry): Callback
    {
        return new Callback($entry ?? self::markTestSkipped('the pack holds no event'));
    }

    /** What a server does first. */
    private function verify(Callback $callback): void
    {
        if ($callback->isEncrypted()) {
            $this->decrypt($callback);

            return;
        }
        // Not every release of EasyWeChat looks at the signature of what is not encrypted.
        $parts = [$this->token($callback), $callback->parameter('timestamp'), $callback->parameter('nonce')];
        sort($parts, SORT_STRING);
        if (! hash_equals(sha1(implode($parts)), $callback->parameter('signature'))) {
            throw new EasyWeChatException('Invalid Signature.', Encryptor::ERROR_INVALID_SIGNATURE);
        }
    }

    /** Verifies an encrypted body, and gives back the message. */
    private function decrypt(Callback $callback): string
    {
        $envelope = $this->readByEasyWeChat($callback->body);

        return $this->encryptor($callback)->decrypt(
            ciphertext: $envelope->Encrypt,
            msgSignature: $callback->parameter('msg_signature'),
            nonce: $callback->parameter('nonce'),
            timestamp: $callback->parameter('timestamp'),
        );
    }

    private function encryptor(Callback $callback): Encryptor
    {
        $token = $this->token($callback);
        $aesKey = Callback::published('encoding_aes_key') ?? $this->secret('MENUSCOPE_AES_KEY');
        $appId = $callback->entry['app_id'] ?? $this->secret('MENUSCOPE_APP_ID');

        return new Encryptor($appId, $token, $aesKey, $appId);
    }

    /** The message as EasyWeChat's object; it reads XML and JSON. */
    private function parse(Callback $callback): Message
    {
        return $this->readByEasyWeChat($this->message($callback));
    }

    private function readByEasyWeChat(string $text): Message
    {
        try {
            return Message::createFromRequest(new ServerRequest('POST', '/', [], $text));
        } catch (\Throwable $problem) {
            self::markTestSkipped('EasyWeChat cannot read the message: '.$problem->getMessage());
        }
    }

    /** The message in plaintext, as it was recorded. */
    private function message(Callback $callback): string
    {
        if ($callback->isHandshake()) {
            self::markTestSkipped('a handshake has no message');
        }
        if ($callback->isCut()) {
            self::markTestSkipped('only the beginning of its body was kept');
        }
        $file = $callback->messageFile() ?? self::markTestSkipped('no message could be read when it was recorded');

        return $callback->file($file);
    }

    private function token(Callback $callback): string
    {
        if ($callback->entry['signature'] === 'unchecked') {
            self::markTestSkipped('no token was known when it was recorded: what its signature is worth is open');
        }

        return Callback::published('token') ?? $this->secret('MENUSCOPE_TOKEN');
    }

    private function secret(string $name): string
    {
        return getenv($name) ?: self::markTestSkipped("$name is not set, and the pack does not publish it");
    }

    /**
     * Elements as they can be compared: EasyWeChat takes empty elements for empty texts, hands over PicLists as they
     * come, and drops a text that stands beside elements.
     */
    private static function clean(mixed $value): mixed
    {
        if (! is_array($value)) {
            return trim((string) $value);
        }
        unset($value['@attributes'], $value['#text']);
        if (isset($value['PicList'])) {
            $value['PicList'] = self::pictures($value['PicList']);
        }

        $isFilled = fn (mixed $child): bool => $child !== '' && $child !== [];

        return array_filter(array_map(self::clean(...), $value), $isFilled);
    }

    /** The items of one PicList or several, of which each may hold none, one or several. */
    private static function pictures(mixed $lists): array
    {
        $found = [];
        foreach (self::listed($lists) as $list) {
            array_push($found, ...self::listed($list['item'] ?? $list));
        }

        return $found;
    }

    private static function listed(mixed $value): array
    {
        return is_array($value) && array_is_list($value) ? $value : ($value === '' ? [] : [$value]);
    }
}

/** One recorded request. */
final class Callback
{
    private const PACK = __DIR__.'/callbacks';

    public readonly string $method;

    public readonly string $queryString;

    /** @var array<string, string> */
    public readonly array $query;

    /** @var array<string, string> */
    public readonly array $headers;

    public readonly string $body;

    public function __construct(public readonly array $entry)
    {
        [$head, $this->body] = explode("\r\n\r\n", $this->file('request.http'), 2);
        $lines = explode("\r\n", $head);
        [$this->method, $target] = explode(' ', array_shift($lines));
        $this->queryString = explode('?', $target, 2)[1] ?? '';
        $headers = $query = [];
        foreach ($lines as $line) {
            [$name, $value] = explode(': ', $line, 2);
            $headers[$name] = $value;
        }
        foreach (explode('&', $this->queryString) as $parameter) {
            [$name, $value] = explode('=', $parameter, 2) + [1 => ''];
            // Of a parameter that comes twice, the first counts.
            $query += [urldecode($name) => urldecode($value)];
        }
        $this->headers = $headers;
        $this->query = $query;
    }

    public static function manifest(): array
    {
        static $manifest;

        return $manifest ??= self::json(file_get_contents(self::PACK.'/manifest.json'));
    }

    public static function published(string $name): ?string
    {
        return self::manifest()['published'][$name] ?? null;
    }

    public function isHandshake(): bool
    {
        return $this->entry['kind'] === 'handshake';
    }

    public function isEncrypted(): bool
    {
        return $this->entry['mode'] !== 'plain';
    }

    public function isRefused(): bool
    {
        return in_array($this->entry['signature'], ['invalid', 'missing'], true);
    }

    public function isCut(): bool
    {
        return isset($this->entry['body_length']);
    }

    /** The file with the message; null where none could be read. */
    public function messageFile(): ?string
    {
        return $this->entry['kind'] === 'unreadable' ? null : $this->entry['message'] ?? null;
    }

    /** The answer to compare with; null where there is none, or it is not to be compared. */
    public function recordedAnswer(): ?string
    {
        $compare = getenv('MENUSCOPE_COMPARE');
        $compare = $compare === false || $compare === '' ? (isset(self::manifest()['published']) ? '0' : '1') : $compare;
        $reply = $this->entry['reply'] ?? null;
        if ($compare === '0' || $this->isHandshake() || $reply === null || $reply['status'] !== 200) {
            return null;
        }
        if ($compare !== 'all' && in_array($reply['source'], ['default', 'none'], true)) {
            return null;
        }

        return $this->file($reply['body']);
    }

    public function parameter(string $name): string
    {
        return $this->query[$name] ?? '';
    }

    /** Every element of the message by its official name, its text exactly as it was sent. */
    public function fields(): array
    {
        return self::json($this->file('decoded.json'))['fields'];
    }

    private static function json(string $text): array
    {
        return json_decode($text, true, 512, JSON_THROW_ON_ERROR);
    }

    public function file(string $name): string
    {
        return file_get_contents(self::PACK.'/'.$this->entry['folder'].'/'.$name);
    }
}
