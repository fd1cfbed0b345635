import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import me.chanjar.weixin.common.util.crypto.SHA1;
import me.chanjar.weixin.mp.bean.message.WxMpXmlMessage;
import me.chanjar.weixin.mp.bean.message.WxMpXmlOutMessage;
import me.chanjar.weixin.mp.config.impl.WxMpDefaultConfigImpl;
import me.chanjar.weixin.mp.util.crypto.WxMpCryptUtil;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Callbacks that WeChat posted, as tests: each is verified, decrypted and read with WxJava, then given to your code.
 *
 * <pre>
 * mvn test
 * MENUSCOPE_TO=http://127.0.0.1:8080/wx mvn test  # posts them to your server, too
 * </pre>
 *
 * The callbacks lie in callbacks/, a folder each. An export with pseudonyms brings the token and the key that verify
 * and decrypt them; for any other they come from MENUSCOPE_TOKEN, MENUSCOPE_AES_KEY and MENUSCOPE_APP_ID.
 * What cannot be checked is skipped, with the reason. To renew the callbacks and keep what you have written here:
 * menuscope export --format pack --out callbacks
 *
 * <p>Answers are compared with the recorded ones by element, without those that "ignored" in manifest.json names, where
 * your server, a rule or a person made them. MENUSCOPE_COMPARE=0 leaves that out; =1 compares in an export with
 * pseudonyms, too, whose texts are others; =all also with menuscope's own "success".
 */
class CallbacksTest {

  /** Your code goes here: what does it answer to this message? Null is no answer. */
  private static WxMpXmlOutMessage handle(WxMpXmlMessage message) {
    return null;
  }

  private static final Path PACK = Path.of("callbacks");

  /** WeChat waits no longer for an answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Pattern ENCRYPT = Pattern.compile("<Encrypt>\\s*(?:<!\\[CDATA\\[)?([^\\]<]*)");

  @Test
  void thePackIsOneThatThisFileReads() throws IOException {
    assertEquals(1, manifest().get("menuscope").getAsInt());
  }

  @TestFactory
  Stream<DynamicContainer> callbacks() throws IOException {
    JsonObject manifest = manifest();
    JsonObject published = manifest.getAsJsonObject("published");
    List<DynamicContainer> callbacks = new ArrayList<>();
    for (JsonElement entry : manifest.getAsJsonArray("events")) {
      callbacks.add(new Callback(entry.getAsJsonObject(), manifest, published).tests());
    }
    return callbacks.stream();
  }

  private static JsonObject manifest() throws IOException {
    return JsonParser.parseString(Files.readString(PACK.resolve("manifest.json"))).getAsJsonObject();
  }

  /** One recorded request, and what verifies and decrypts it. */
  private static final class Callback {
    private final JsonObject entry;
    private final JsonObject manifest;
    private final String token;
    private final String aesKey;
    private final String appId;
    private final String method;
    private final String queryString;
    private final Map<String, String> query = new HashMap<>();
    private final Map<String, String> headers = new HashMap<>();
    private final byte[] body;

    Callback(JsonObject entry, JsonObject manifest, JsonObject published) throws IOException {
      this.entry = entry;
      this.manifest = manifest;
      token = either(text(published, "token"), System.getenv("MENUSCOPE_TOKEN"));
      aesKey = either(text(published, "encoding_aes_key"), System.getenv("MENUSCOPE_AES_KEY"));
      appId = either(text(entry, "app_id"), System.getenv("MENUSCOPE_APP_ID"));
      byte[] request = Files.readAllBytes(file("request.http"));
      // Latin-1 has a character for each byte, so that places in the text are places in the bytes.
      String text = new String(request, StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      body = Arrays.copyOfRange(request, end + 4, request.length);
      String[] lines = text.substring(0, end).split("\r\n");
      String[] requestLine = lines[0].split(" ");
      method = requestLine[0];
      String target = requestLine[1];
      queryString = target.contains("?") ? target.substring(target.indexOf('?') + 1) : "";
      for (String parameter : queryString.split("&")) {
        String[] parts = parameter.split("=", 2);
        // Of a parameter that comes twice, the first counts.
        query.putIfAbsent(decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : "");
      }
      for (String line : Arrays.asList(lines).subList(1, lines.length)) {
        String[] parts = line.split(": ", 2);
        headers.put(parts[0], parts[1]);
      }
    }

    DynamicContainer tests() {
      return dynamicContainer(text(entry, "folder"), Stream.of(
          dynamicTest("signature", this::testSignature),
          dynamicTest("message", this::testMessage),
          dynamicTest("fields", this::testFields),
          dynamicTest("your handler", this::testHandler),
          dynamicTest("your server", this::testServer)));
    }

    private void testSignature() {
      assertEquals(!isRefused(), isVerified());
    }

    private void testMessage() throws IOException {
      byte[] recorded = message();
      assertArrayEquals(recorded, isEncrypted() ? decrypt().getBytes(StandardCharsets.UTF_8) : body);
    }

    private void testFields() throws IOException {
      WxMpXmlMessage message = parse();
      JsonObject fields = JsonParser.parseString(Files.readString(file("decoded.json")))
          .getAsJsonObject().getAsJsonObject("fields");
      assertText(fields, "ToUserName", message.getToUser());
      assertText(fields, "FromUserName", message.getFromUser());
      assertText(fields, "CreateTime", message.getCreateTime());
      assertText(fields, "MsgType", message.getMsgType());
      assertText(fields, "Event", message.getEvent());
      assertText(fields, "EventKey", message.getEventKey());
      assertText(fields, "MsgId", message.getMsgId());
      assertText(fields, "Content", message.getContent());
      if (fields.has("ScanCodeInfo")) {
        JsonObject scan = fields.getAsJsonObject("ScanCodeInfo");
        assertText(scan, "ScanType", message.getScanCodeInfo().getScanType());
        assertText(scan, "ScanResult", message.getScanCodeInfo().getScanResult());
      }
      if (fields.has("SendLocationInfo")) {
        JsonObject place = fields.getAsJsonObject("SendLocationInfo");
        assertText(place, "Location_X", message.getSendLocationInfo().getLocationX());
        assertText(place, "Location_Y", message.getSendLocationInfo().getLocationY());
        assertText(place, "Scale", message.getSendLocationInfo().getScale());
        assertText(place, "Label", message.getSendLocationInfo().getLabel());
        assertText(place, "Poiname", message.getSendLocationInfo().getPoiName());
      }
      if (fields.has("SendPicsInfo")) {
        JsonObject pictures = fields.getAsJsonObject("SendPicsInfo");
        assertText(pictures, "Count", message.getSendPicsInfo().getCount());
        JsonArray list = pictures.getAsJsonArray("PicList");
        List<String> sent = new ArrayList<>();
        list.forEach(picture -> sent.add(text(picture.getAsJsonObject(), "PicMd5Sum")));
        assertEquals(sent, message.getSendPicsInfo().getPicList().stream()
            .map(picture -> picture.getPicMd5Sum()).collect(Collectors.toList()));
      }
    }

    private void testHandler() throws IOException {
      assumeFalse(isRefused(), "its signature is wrong: your server never gets to the message");
      WxMpXmlMessage message = parse();
      WxMpXmlOutMessage reply = handle(message);
      if (reply != null) {
        // Back to where it came from.
        assertEquals(message.getFromUser(), reply.getToUserName());
        assertEquals(message.getToUser(), reply.getFromUserName());
        compare(reply.toXml());
      }
    }

    /** A server that checks how old a timestamp is wants it made anew: menuscope replay --mode resign --to URL. */
    private void testServer() throws IOException, InterruptedException {
      String server = needed(System.getenv("MENUSCOPE_TO"), "MENUSCOPE_TO is not set: the URL of your server");
      assumeFalse(isRefused(), "its signature is wrong: your server should refuse it, in whichever way it does");
      assumeFalse(isCut(), "only the beginning of its body was kept");
      URI uri = URI.create(server + (server.contains("?") ? "&" : "?") + queryString);
      HttpRequest request = HttpRequest.newBuilder(uri)
          .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
          .header("Content-Type", headers.getOrDefault("content-type", "text/xml"))
          // Names the sender in the record of a menuscope on the way.
          .header("X-Menuscope", "test")
          .version(HttpClient.Version.HTTP_1_1)
          .timeout(PATIENCE)
          .build();
      HttpResponse<String> response =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      assertEquals(200, response.statusCode());
      if (isHandshake()) {
        assertEquals(query.get("echostr"), response.body());
      } else if (recordedAnswer() != null) {
        compare(plaintext(response.body()));
      }
    }

    /** The answer to compare with; null where there is none, or it is not to be compared. */
    private String recordedAnswer() throws IOException {
      String compare = either(System.getenv("MENUSCOPE_COMPARE"), manifest.has("published") ? "0" : "1");
      JsonObject reply = entry.getAsJsonObject("reply");
      if (compare.equals("0") || isHandshake() || reply == null || !"200".equals(text(reply, "status"))) {
        return null;
      }
      if (!compare.equals("all") && List.of("default", "none").contains(text(reply, "source"))) {
        return null;
      }
      return Files.readString(file(text(reply, "body")));
    }

    /** An answer without its encryption. */
    private String plaintext(String answer) {
      Matcher encrypted = ENCRYPT.matcher(answer);
      return isEncrypted() && encrypted.find() ? new WxMpCryptUtil(config()).decrypt(encrypted.group(1).trim()) : answer;
    }

    /** Compares an answer with the recorded one: by element where both are messages, else as texts. */
    private void compare(String answer) throws IOException {
      String recorded = recordedAnswer();
      if (recorded == null) {
        return;
      }
      List<String> ignored = new ArrayList<>(List.of("CreateTime"));
      if (manifest.has("ignored")) {
        ignored.clear();
        manifest.getAsJsonArray("ignored").forEach(name -> ignored.add(name.getAsString()));
      }
      Map<String, String> was = leaves(recorded, ignored);
      Map<String, String> found = leaves(answer, ignored);
      if (was == null || found == null) {
        assertEquals(recorded, answer);
      } else {
        assertEquals(was, found);
      }
    }

    private boolean isHandshake() {
      return "handshake".equals(text(entry, "kind"));
    }

    private boolean isEncrypted() {
      return !"plain".equals(text(entry, "mode"));
    }

    private boolean isRefused() {
      return List.of("invalid", "missing").contains(text(entry, "signature"));
    }

    private boolean isCut() {
      return entry.has("body_length");
    }

    private Path file(String name) {
      return PACK.resolve(text(entry, "folder")).resolve(name);
    }

    private String parameter(String name) {
      return query.getOrDefault(name, "");
    }

    /** What a server does first: for a plain message WxMpService.checkSignature, for any other WxMpCryptUtil. */
    private boolean isVerified() {
      String name = isEncrypted() ? "msg_signature" : "signature";
      List<String> parts = new ArrayList<>(List.of(token(), parameter("timestamp"), parameter("nonce")));
      if (isEncrypted()) {
        parts.add(encrypted());
      }
      // SHA1.gen throws where a part is empty.
      return !parts.contains("") && SHA1.gen(parts.toArray(new String[0])).equals(parameter(name));
    }

    private String token() {
      assumeFalse("unchecked".equals(text(entry, "signature")),
          "no token was known when it was recorded: what its signature is worth is open");
      return needed(token, "MENUSCOPE_TOKEN is not set, and the pack does not publish it");
    }

    private WxMpDefaultConfigImpl config() {
      WxMpDefaultConfigImpl config = new WxMpDefaultConfigImpl();
      config.setToken(token());
      config.setAesKey(needed(aesKey, "MENUSCOPE_AES_KEY is not set, and the pack does not publish it"));
      // WxJava seals answers for this account; it does not look whom a message is for.
      config.setAppId(needed(appId, "MENUSCOPE_APP_ID is not set, and the pack does not publish it"));
      return config;
    }

    /** The encrypted part of the body. */
    private String encrypted() {
      String envelope = new String(body, StandardCharsets.UTF_8);
      if (envelope.startsWith("{")) {
        return text(JsonParser.parseString(envelope).getAsJsonObject(), "Encrypt");
      }
      Matcher matcher = ENCRYPT.matcher(envelope);
      return matcher.find() ? matcher.group(1).trim() : "";
    }

    private String decrypt() {
      return new WxMpCryptUtil(config()).decrypt(encrypted());
    }

    /** The message in plaintext, as it was recorded. */
    private byte[] message() throws IOException {
      assumeFalse(isHandshake(), "a handshake has no message");
      assumeFalse(isCut(), "only the beginning of its body was kept");
      assumeTrue(!"unreadable".equals(text(entry, "kind")) && entry.has("message"),
          "no message could be read when it was recorded");
      return Files.readAllBytes(file(text(entry, "message")));
    }

    /** The message as WxJava's object, from the body as it came. */
    private WxMpXmlMessage parse() throws IOException {
      String recorded = new String(message(), StandardCharsets.UTF_8);
      assumeFalse(recorded.startsWith("{"), "the message is JSON, and WxMpXmlMessage is read from XML");
      assumeFalse(recorded.matches("(?s).*</PicList>\\s+<PicList>.*"),
          "WxJava joins several PicLists only where nothing stands between them");
      try {
        if (!isEncrypted()) {
          return WxMpXmlMessage.fromXml(recorded);
        }
        return WxMpXmlMessage.fromEncryptedXml(new String(body, StandardCharsets.UTF_8), config(),
            parameter("timestamp"), parameter("nonce"), parameter("msg_signature"));
      } catch (TestAbortedException skipped) {
        throw skipped;
      } catch (RuntimeException problem) {
        throw new TestAbortedException("WxJava cannot read the message: " + problem.getMessage());
      }
    }
  }

  /** The texts of a message by their paths, without what is ignored; null for what is no message. */
  private static Map<String, String> leaves(String text, List<String> ignored) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      Map<String, String> found = new TreeMap<>();
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      Element root = factory.newDocumentBuilder().parse(new ByteArrayInputStream(bytes)).getDocumentElement();
      walk(root, "", ignored, found);
      return found;
    } catch (Exception noMessage) {
      return null;
    }
  }

  private static void walk(Element element, String path, List<String> ignored, Map<String, String> found) {
    List<Element> children = children(element);
    Map<String, Integer> before = new HashMap<>();
    for (Element child : children) {
      String name = child.getTagName();
      int number = before.merge(name, 1, Integer::sum);
      boolean isOne = children.stream().filter(other -> other.getTagName().equals(name)).count() == 1;
      String step = path + name + (isOne ? "" : "[" + number + "]");
      if (ignored.contains(name)) {
        continue;
      }
      if (children(child).isEmpty()) {
        found.put(step, child.getTextContent());
      } else {
        walk(child, step + "/", ignored, found);
      }
    }
  }

  private static List<Element> children(Element element) {
    List<Element> children = new ArrayList<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element) {
        children.add((Element) node);
      }
    }
    return children;
  }

  /** Compares what was read with the text that was sent; what was not sent is null. */
  private static void assertText(JsonObject fields, String name, Object found) {
    String sent = text(fields, name);
    assertEquals(sent, found == null ? null : found.toString(), name);
  }

  /** A text of an object; null where there is none. */
  private static String text(JsonObject object, String name) {
    JsonElement found = object == null ? null : object.get(name);
    return found != null && found.isJsonPrimitive() ? found.getAsString() : null;
  }

  private static String needed(String value, String reason) {
    assumeTrue(value != null && !value.isEmpty(), reason);
    return value;
  }

  private static String either(String first, String second) {
    return first != null ? first : second;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
