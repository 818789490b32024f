"""First names whose spellings no rule of sounds joins, or whose sounds a rule would join with another name.

Each line is one name in the spellings seen most; a word may stand in several lines. Two words that both stand here
and share no line are different names, however alike they sound (Mahmud and Muhammad). Scripts: Latin,
Cyrillic (Russian and Ukrainian), Arabic. Written in folded form or not: both are folded on import.
"""

from foundation.vault.scripts import fold

_LINES = """
mohammed mohamed muhammad mohammad mohamad muhammed muhamad muhamed mohammod mehmet mehmed muhammet \
محمد мухаммад мохаммед мухаммед мохамед мухамед мохамад магомед магомет
mahmoud mahmud mahmood mahmut mohamud محمود махмуд махмут
ahmad ahmed ahmet achmed ahmat أحمد احمد ахмед ахмад ахмет
hamid hamed حامد хамед хамид гамид
hamid hameed حميد хамид гамид
hammad حماد хаммад
hasan hassan hasen hassen hacen حسن حسان хасан гасан хассан
husayn hussein husein hussain husain hossein hosein hussien houssein hoceine huseyin husseyn حسين \
хусейн гусейн хусейин хуссейн
ali aly علي али алі
omar umar omer oumar عمر омар умар
ammar amar عمار аммар
amr amro عمرو амр
amir ameer emir amer أمير عامر амир амір
iman eman imane إيمان иман
ayman aiman أيمن айман
abdullah abdallah abdulla abdalla abdulah abdoulaye abdellah عبدالله абдулла абдуллах абдаллах
yusuf yousef yousuf youssef yusef yosef yousif youcef yussuf josef joseph jusuf يوسف юсуф юсеф \
йосип иосиф йосиф юсуп
ibrahim ebrahim brahim ibraheem abraham إبراهيم ابراهيم ибрагим ібрагім ибрахим
ismail ismael esmail ismaeel إسماعيل اسماعيل исмаил ісмаїл измаил
isa issa eisa essa عيسى иса іса
musa moussa mousa moosa moses موسى муса
yahya yahia yehia يحيى яхья яхъя
yunus younes younis yunis jonas يونس юнус
dawud daoud dawood daud davud داود داوود дауд
suleiman sulaiman sulayman soliman solomon suleyman سليمان сулейман
said saeed saied sayid saeid سعيد саид саїд
saad sad سعد саад
sayed sayyid sayed elsayed saied السيد سيد сайед
fatima fatma fatema fatemeh fatimah fatoumata فاطمة фатима фатма фатіма
aisha aicha aysha ayesha ayse aishah عائشة айша аиша аїша
khadija khadijah hadija hatice khadidja khadeeja خديجة хадиджа хадижа
zainab zeinab zaynab zeynep zineb zenab زينب зейнаб зайнаб
mariam maryam meryem miriam mariyam مريم мариям мариам марьям маріам
layla leila laila leyla lejla ليلى лейла лайла ляйля
jamal gamal jamel djamel cemal جمال джамал джамаль гамаль
jamil jameel gamil djamil جميل джамиль
khaled khalid khaleed haled خالد халед халид
khalil khaleel halil خليل халил халіль
kamal kamel kemal كمال كامل камаль камал
karim kareem kerim karem كريم карим карім
karam كرم карам
allah الله аллах
artem artyom artiom артем артём
thuraya soraya souraya ثريا сурая
ramadan ramazan ramzan ramadhan رمضان рамадан рамазан рамзан
taha tahah طه таха
salem سالم салем
salim saleem selim سليم салим селим
saleh salih صالح салех салих
salma selma سلمى سلمه сальма селма
rashid rasheed rachid rashed رشيد راشد рашид
nur nour noor noura نور нур
oleksandr aleksandr alexander alexandr aleksander olexandr alexandre alejandro iskandar олександр \
александр إسكندر ألكسندر الكسندر
oleksandra aleksandra alexandra олександра александра
oleksii aleksei alexei aleksey alexey oleksiy oleksij alexis олексій алексей
olena elena yelena helena olenka alyona alena алена алёна олена елена
olha olga ольга
oleh oleg олег
anna hanna ganna hannah ana anne ann анна ганна ханна
inna inna інна инна
yana jana iana яна
ivan іван иван
mykola nikolai nikolay nikolaj nicholas mykola микола николай
mykhailo mikhail mikhailo mykhaylo michael mihail michail mikhael михайло михаил ميخائيل
volodymyr vladimir wladimir volodimir vladimir володимир владимир
serhii sergei sergey serhiy sergiy sergii serge serhij сергій сергей
dmytro dmitri dmitry dmitrii dmitriy dmytriy дмитро дмитрий
yevhen evgeny evgenii evgeniy yevgeny yevgeni yevhenii yevheniy ievgen eugene євген євгеній евгений
yevheniia evgenia evgeniya yevgenia yevheniya eugenia ievgeniia євгенія евгения
andrii andrei andrey andriy andrij andrew андрій андрей
kateryna ekaterina katerina yekaterina catherine katharina катерина екатерина
tetiana tatiana tatyana tetyana тетяна татьяна
natalia nataliia nataliya natalya natalie nataly наталія наталья наталия
yuliia yulia yuliya julia iuliia iulia juliia julija юлія юлия
anastasiia anastasia anastasiya анастасія анастасия
mariia maria mariya marija marie mary марія мария
maryna marina марина
mariana maryana marianna марʼяна маряна марьяна мариана
sofiia sofia sofiya sophia sofya софія софия софья
pavlo pavel paul paulo павло павел بولس
petro petr pyotr piotr peter petros петро петр بطرس
vasyl vasily vasilii vasiliy vasili василь василий
hryhorii grigory grigorii grigoriy gregory hryhoriy григорій григорий
ihor igor игорь ігор
fedir fyodor fedor feodor theodore федір федор фёдор
mykyta nikita микита никита
semen semyon simeon семен
vira vera віра вера
nadiia nadia nadiya nadezhda nadya надія надежда надия نادية
liubov lyubov lubov любов любовь
halyna galina halina galyna галина
svitlana svetlana світлана светлана
liudmyla ludmila lyudmila liudmila lyudmyla людмила
yurii yuri yury yuriy iurii jurij юрій юрий
illia ilya ilia illya ілля илья
george georgy georgii heorhii giorgi georgi jorge георгій георгий جورج
"""

GROUPS: dict[str, frozenset[int]] = {}
"""Folded spelling → the lines that it stands in."""

_SPELLINGS = [frozenset(fold(line).split()) for line in _LINES.strip().splitlines()]
for _number, _words in enumerate(_SPELLINGS):
    for _word in _words:
        GROUPS[_word] = GROUPS.get(_word, frozenset()) | {_number}


def spellings(word: str) -> frozenset[str]:
    """Give every spelling that shares a line with the folded ``word``; without ``word`` in the table, none."""
    return frozenset().union(*(_SPELLINGS[number] for number in GROUPS.get(word, ())))
