//! Tests of forwarding: the request that the server sees, and the record of each kind of answer.

use bytes::Bytes;
use jiff::Timestamp;

use super::super::tests::Server;
use super::*;

const INSTANCE: &str = "0a1b2c3d";

/// Longer than anything here takes: for tests in which nothing is late.
const AMPLE: Duration = Duration::from_secs(10);

const SUCCESS: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess";

fn raw(target: &str, headers: &[(&str, &[u8])], body: &'static [u8]) -> RawRequest {
    RawRequest {
        received_at: Timestamp::UNIX_EPOCH,
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: target.to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect(),
        peer: "10.0.0.1".to_owned(),
        body: Bytes::from_static(body),
        body_length: body.len() as u64,
    }
}

fn plain() -> RawRequest {
    raw("/wx?signature=1", &[], b"<xml></xml>")
}

async fn forwarded(request: &RawRequest, url: &str) -> ServerAnswer {
    HttpClient::new().forward(request, &Target::parse(url).unwrap(), INSTANCE, AMPLE).await
}

/// The request that a server saw, as text, and the record of its answer.
async fn exchanged(request: &RawRequest, rest: &str, answer: &[u8]) -> (String, ServerAnswer) {
    let server = Server::start().await;
    let url = server.url(rest);
    let both = async { tokio::join!(forwarded(request, &url), server.answer(answer)) };
    let (forwarded, asked) = tokio::time::timeout(AMPLE, both).await.unwrap();
    let asked = asked.iter().map(|byte| char::from(*byte)).collect::<String>();
    (asked.replace(&server.authority(), "TARGET"), forwarded)
}

async fn problem_with(answer: &[u8]) -> (ServerAnswer, ForwardProblem) {
    let (_, forwarded) = exchanged(&plain(), "", answer).await;
    let problem = forwarded.problem.clone().unwrap();
    (forwarded, problem)
}

#[tokio::test]
async fn the_server_sees_query_headers_and_body_as_they_were_captured() {
    let headers: &[(&str, &[u8])] = &[
        ("user-agent", b"Mozilla/4.0"),
        ("host", b"public.example.com"),
        ("content-length", b"99"),
        ("x-bytes", b"\xff"),
        ("content-type", b"text/xml"),
        ("accept-encoding", b"gzip"),
    ];
    let query = "signature=a%2Bb+c%2f&nonce=%E6%89%AB&a=1&a=2&=&x={}|";
    let request = raw(&format!("/captured?{query}"), headers, b"<xml>\0\xff</xml>\n");
    let (asked, forwarded) = exchanged(&request, "/", SUCCESS).await;
    let expected = format!(
        "POST /captured?{query} HTTP/1.1\r\nuser-agent: Mozilla/4.0\r\nhost: TARGET\r\ncontent-length: 14\r\n\
         x-bytes: \u{ff}\r\ncontent-type: text/xml\r\nx-forwarded-for: 10.0.0.1\r\n\
         x-forwarded-proto: http\r\nx-forwarded-host: public.example.com\r\nx-menuscope: forward;0a1b2c3d\r\n\r\n\
         <xml>\0\u{ff}</xml>\n"
    );
    assert_eq!(asked, expected);
    assert!(forwarded.target.ends_with(&format!("/captured?{query}")), "{}", forwarded.target);
}

#[tokio::test]
async fn what_the_tunnel_said_is_kept_and_what_is_about_its_connection_is_not() {
    let headers: &[(&str, &[u8])] = &[
        ("host", b"public.example.com"),
        ("connection", b"keep-alive, X-Secret,x-menuscope"),
        ("connection", b"upgrade"),
        ("x-secret", b"1"),
        ("keep-alive", b"timeout=5"),
        ("proxy-connection", b"keep-alive"),
        ("proxy-authorization", b"Basic eDp5"),
        ("te", b"trailers"),
        ("trailer", b"x"),
        ("transfer-encoding", b"chunked"),
        ("upgrade", b"h2c"),
        ("expect", b"100-continue"),
        ("x-forwarded-for", b"203.0.113.9"),
        ("x-forwarded-for", b"203.0.113.10"),
        ("x-forwarded-proto", b"https"),
        ("x-forwarded-host", b"first.example.com"),
        ("x-menuscope", b"forward;ffffffff"),
        ("x-menuscope", b"sample"),
    ];
    let (asked, _) = exchanged(&raw("/?a=b", headers, b"x"), "/own?c=d", SUCCESS).await;
    let expected = "POST /own?c=d&a=b HTTP/1.1\r\nhost: TARGET\r\nx-forwarded-for: 203.0.113.9, 203.0.113.10, 10.0.0.1\r\n\
                    x-forwarded-proto: https\r\nx-forwarded-host: first.example.com\r\n\
                    x-menuscope: forward;ffffffff,0a1b2c3d\r\nx-menuscope: sample\r\ncontent-length: 1\r\n\r\nx";
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_handshake_is_forwarded_as_a_get() {
    let request = RawRequest { method: "GET".to_owned(), ..raw("/wx?echostr=%2B", &[("host", b"h")], b"") };
    let (asked, forwarded) = exchanged(&request, "", SUCCESS).await;
    assert!(asked.starts_with("GET /wx?echostr=%2B HTTP/1.1\r\nhost: TARGET\r\n"), "{asked}");
    assert!(!asked.contains("content-length"), "{asked}");
    assert_eq!(forwarded.problem, None);
    // A body that a handshake has is not captured.
    let request = RawRequest { headers: [("content-length", "5")].into_iter().collect(), ..request };
    let (asked, _) = exchanged(&request, "", SUCCESS).await;
    assert!(asked.contains("content-length: 0\r\n"), "{asked}");
}

#[tokio::test]
async fn an_answer_is_kept_as_it_came() {
    let answer =
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Encoding: gzip\r\nX-Bytes: \xff\r\nSet-Cookie: b=2\r\n\
                   Transfer-Encoding: chunked\r\n\r\n3\r\n\x1f\x8b\x08\r\n2\r\n\0\r\r\n0\r\n\r\n";
    let (_, forwarded) = exchanged(&plain(), "", answer).await;
    assert_eq!((forwarded.status, forwarded.problem), (Some(200), None));
    assert_eq!(&forwarded.body[..], b"\x1f\x8b\x08\0\r");
    let values = |name: &str| {
        let found = forwarded.headers.iter().filter(|(found, _)| found == name);
        found.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    assert_eq!(values("set-cookie"), [b"a=1", b"b=2"]);
    assert_eq!(values("content-encoding"), [b"gzip"]);
    assert_eq!(values("x-bytes"), [b"\xff"]);
    assert!(forwarded.first_byte.unwrap() <= forwarded.elapsed);
    assert!(!forwarded.passed_on);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let answer = b"HTTP/1.1 308 Permanent Redirect\r\nLocation: /wx/\r\nContent-Length: 4\r\n\r\ngone";
    let (forwarded, problem) = problem_with(answer).await;
    assert_eq!(problem, ForwardProblem::Redirect { location: "/wx/".to_owned() });
    assert_eq!((forwarded.status, &forwarded.body[..]), (Some(308), &b"gone"[..]));
}

#[tokio::test]
async fn every_status_but_200_is_a_problem_and_the_answer_kept() {
    for status in ["201 Created", "304 Not Modified", "500 Internal Server Error"] {
        let (forwarded, problem) = problem_with(format!("HTTP/1.1 {status}\r\nX: y\r\n\r\n").as_bytes()).await;
        assert_eq!(problem, ForwardProblem::Status, "{status}");
        assert_eq!(forwarded.headers, [("x".to_owned(), b"y".to_vec())]);
    }
}

#[tokio::test]
async fn of_an_answer_that_is_too_large_the_beginning_is_kept() {
    for (length, expected) in [(MAX_KEPT, None), (MAX_KEPT + 1, Some(ForwardProblem::TooLarge))] {
        let mut answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        answer.resize(answer.len() + length, b'x');
        let (_, forwarded) = exchanged(&plain(), "", &answer).await;
        assert_eq!((forwarded.body.len(), forwarded.problem), (MAX_KEPT, expected));
    }
}

#[tokio::test]
async fn what_came_before_the_time_was_up_is_kept() {
    let server = Server::start().await;
    let target = Target::parse(&server.url("")).unwrap();
    // Ample for what comes over loopback, and what the rest never comes in.
    let within = Duration::from_secs(1);
    for (answer, status, body) in [
        (&b""[..], None, &b""[..]),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", Some(200), b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsucc", Some(200), b"succ"),
    ] {
        let silent = async {
            let mut connection = server.accept().await;
            connection.request().await;
            connection.answer(answer).await;
            connection
        };
        let (request, client) = (plain(), HttpClient::new());
        let (forwarded, _open) = tokio::join!(client.forward(&request, &target, INSTANCE, within), silent);
        assert_eq!(forwarded.problem, Some(ForwardProblem::TooLate));
        assert_eq!((forwarded.status, &forwarded.body[..]), (status, body));
        assert_eq!(forwarded.first_byte.is_some(), status.is_some());
    }
}

#[tokio::test]
async fn a_server_that_breaks_off_or_speaks_no_http_is_told_from_one_that_is_not_there() {
    for (answer, body) in [
        (&b""[..], &b""[..]),
        (b"HTTP/1.1 200 OK\r\nContent-", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsucc", b"succ"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", b""),
    ] {
        let (forwarded, problem) = problem_with(answer).await;
        assert!(matches!(&problem, ForwardProblem::Broken { cause } if !cause.is_empty()), "{problem:?}");
        assert_eq!(&forwarded.body[..], body);
    }
    let server = Server::start().await;
    let url = server.url("");
    drop(server);
    let problem = forwarded(&plain(), &url).await.problem.unwrap();
    assert!(matches!(&problem, ForwardProblem::Unreachable { cause } if cause.contains("refused")), "{problem:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_that_takes_no_connection_is_unreachable_and_not_late() {
    use tokio::net::{TcpSocket, TcpStream};
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let _listener = socket.listen(1).unwrap();
    // Linux leaves further connections without an answer once as many wait as the listener asked for.
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) = tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
        waiting.push(stream);
    }
    let problem = forwarded(&plain(), &format!("http://{address}")).await.problem.unwrap();
    assert!(matches!(&problem, ForwardProblem::Unreachable { cause } if cause.contains("timed out")), "{problem:?}");
}

#[tokio::test]
async fn a_name_without_an_address_is_a_problem_of_its_own() {
    // A label over 63 characters is none: no name server is asked.
    let problem = forwarded(&plain(), &format!("http://{}.invalid/", "x".repeat(64))).await.problem.unwrap();
    assert!(matches!(&problem, ForwardProblem::Unresolved { cause } if !cause.is_empty()), "{problem:?}");
}

#[tokio::test]
async fn https_to_a_server_without_it_is_unreachable() {
    let server = Server::start().await;
    let url = server.url("").replace("http:", "https:");
    let answering = async {
        let mut connection = server.accept().await;
        connection.answer(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        connection.request().await
    };
    // Without certificates on this system nothing is sent at all.
    let problem = tokio::select! {
        forwarded = async { forwarded(&plain(), &url).await } => forwarded.problem.unwrap(),
        () = async { answering.await; std::future::pending().await } => unreachable!(),
    };
    assert!(matches!(&problem, ForwardProblem::Unreachable { cause } if !cause.is_empty()), "{problem:?}");
}

#[tokio::test]
async fn what_went_through_this_process_before_is_not_sent_again() {
    for marker in ["forward;0a1b2c3d", "forward;ffffffff,0a1b2c3d", "sample, forward;ffffffff, 0a1b2c3d"] {
        let request = raw("/wx?a=b", &[("x-menuscope", b"sample"), ("x-menuscope", marker.as_bytes())], b"");
        assert!(has_passed_through(&request, INSTANCE), "{marker}");
        let forwarded = forwarded(&request, "http://127.0.0.1:1/").await;
        assert_eq!(forwarded, ServerAnswer::unsent("http://127.0.0.1:1/wx?a=b".to_owned(), ForwardProblem::Loop));
    }
    for marker in ["forward;ffffffff", "sample", "forward;0a1b2c3d0"] {
        assert!(!has_passed_through(&raw("/", &[("x-menuscope", marker.as_bytes())], b""), INSTANCE), "{marker}");
    }
    assert!(!has_passed_through(&raw("/", &[("x-other", INSTANCE.as_bytes())], b""), INSTANCE));
}

#[tokio::test]
async fn what_no_url_can_carry_is_not_sent_altered() {
    let request = raw("/wx?a=1#b&c=d", &[], b"");
    let forwarded = forwarded(&request, "http://127.0.0.1:1/").await;
    assert_eq!(forwarded, ServerAnswer::unsent("http://127.0.0.1:1/wx?a=1#b&c=d".to_owned(), ForwardProblem::Target));
}

/// Lets the client's own tasks take note of what happened to a connection.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn two_forwards_use_one_connection() {
    let (server, client, request) = (Server::start().await, HttpClient::new(), plain());
    let target = Target::parse(&server.url("")).unwrap();
    let first = async {
        let mut connection = server.accept().await;
        connection.request().await;
        connection.answer(SUCCESS).await;
        connection
    };
    let (forwarded, mut connection) = tokio::join!(client.forward(&request, &target, INSTANCE, AMPLE), first);
    assert_eq!(forwarded.problem, None);
    settle().await;
    let second = async {
        tokio::select! {
            asked = connection.request() => assert!(asked.starts_with(b"POST /wx?")),
            _ = server.accept() => panic!("a second connection was made"),
        }
        connection.answer(SUCCESS).await;
    };
    let (forwarded, ()) = tokio::join!(client.forward(&request, &target, INSTANCE, AMPLE), second);
    assert_eq!(&forwarded.body[..], b"success");
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_does_not_fail_the_next_forward() {
    let (server, client, request) = (Server::start().await, HttpClient::new(), plain());
    let target = Target::parse(&server.url("")).unwrap();
    for noticed in [false, true, false] {
        let keeping = async {
            let mut connection = server.accept().await;
            connection.request().await;
            connection.answer(SUCCESS).await;
            connection
        };
        let forwarding = async {
            let forwarded = client.forward(&request, &target, INSTANCE, AMPLE).await;
            assert_eq!((forwarded.status, forwarded.problem), (Some(200), None), "{noticed}");
        };
        let ((), connection) = tokio::join!(forwarding, keeping);
        settle().await;
        drop(connection);
        if noticed {
            settle().await;
        } else {
            // The runtime hears of it, and the next forward starts before the connection's task does.
            tokio::task::yield_now().await;
        }
    }
}
