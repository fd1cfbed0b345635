//! Words of generated messages: menu keys, links, places, and parts of sentences.

/// Keys of menu buttons.
#[rustfmt::skip] // many a line
pub(super) const MENU_KEYS: &[&str] = &[
    "MENU_ORDER_QUERY",
    "MENU_ORDER_CANCEL",
    "MENU_MEMBER_CARD",
    "MENU_MEMBER_POINTS",
    "MENU_COUPONS",
    "MENU_STORE_NEARBY",
    "MENU_SERVICE_HUMAN",
    "MENU_SERVICE_FAQ",
    "MENU_SIGN_IN",
    "MENU_LOTTERY",
    "MENU_NEWS_TODAY",
    "V1001_TODAY_MUSIC",
    "V1001_GOOD",
    "V1002_HOT_SALE",
    "关于我们",
    "联系客服",
];

/// Pages of a shop, the first part of a link's path.
pub(super) const PAGES: &[&str] = &["item", "category", "order", "coupon", "store", "article", "activity"];

/// Values of `campaign` in links.
pub(super) const CAMPAIGNS: &[&str] = &["spring", "double11", "618", "newuser", "vip", "anniversary", "none"];

/// Cities with the GCJ-02 coordinates of their centres: latitude and longitude.
pub(super) const CITIES: &[(&str, (f64, f64))] = &[
    ("广州市", (23.13, 113.26)),
    ("深圳市", (22.54, 114.06)),
    ("上海市", (31.23, 121.47)),
    ("北京市", (39.90, 116.41)),
    ("杭州市", (30.27, 120.15)),
    ("成都市", (30.57, 104.07)),
    ("武汉市", (30.59, 114.31)),
    ("西安市", (34.34, 108.94)),
];

/// Districts in addresses.
pub(super) const DISTRICTS: &[&str] =
    &["海珠区", "天河区", "南山区", "浦东新区", "朝阳区", "西湖区", "武侯区", "洪山区", "雁塔区", "越秀区"];

/// Streets in addresses.
pub(super) const STREETS: &[&str] = &[
    "新港中路",
    "艺苑路",
    "体育西路",
    "科技园路",
    "世纪大道",
    "建国门外大街",
    "文三路",
    "人民南路",
    "珞喻路",
    "小寨东路",
    "中山五路",
    "滨江东路",
];

/// Beginnings of sentences.
pub(super) const OPENINGS: &[&str] = &[
    "请问",
    "你好，",
    "我想查一下",
    "麻烦帮我看看",
    "为什么我的",
    "谢谢，",
    "能不能退",
    "昨天买的",
    "上周下单的",
    "客服，",
];

/// Subjects of sentences.
pub(super) const THINGS: &[&str] = &[
    "订单",
    "快递",
    "优惠券",
    "会员积分",
    "发票",
    "门店地址",
    "营业时间",
    "红包",
    "退款进度",
    "密码",
    "活动奖品",
    "新款手机",
    "咖啡机",
    "充电器",
    "电影票",
];

/// Ends of sentences.
pub(super) const ENDINGS: &[&str] = &[
    "还没到",
    "怎么用？",
    "在哪里",
    "不见了",
    "什么时候发货",
    "可以开吗？",
    "多少钱",
    "坏了怎么办",
    "谢谢！",
    "收到了",
];

/// Latin words in sentences.
pub(super) const LATIN: &[&str] = &["SF", "iPhone", "SKU", "No.", "JD"];

/// Texts of replies by rules and servers.
pub(super) const REPLIES: &[&str] = &[
    "您好，请稍候，正在为您查询订单",
    "欢迎关注，回复数字选择服务",
    "您的积分已到账",
    "感谢您的反馈，客服会尽快联系您",
    "今日推荐：新款上市，满300减50",
];

/// Paths that scanners request.
pub(super) const SCANNED_PATHS: &[&str] =
    &["/wp-login.php", "/.env", "/cgi-bin/luci", "/actuator/gateway", "/boaform/admin"];
